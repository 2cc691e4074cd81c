import { Injectable } from '@nestjs/common';
import { AttemptsRepository, isAllowed, MAILED_KEYS } from '@app/attempts';
import { Database, isCurrent, sql, statementOf } from '@app/database';
import { digest, type Call } from '@app/kernel';

/** A key and what it is for: `Auth` is one that was mailed, the others are those of a step. */
export interface KeyState {
  type: 'Auth' | 'PhoneAuth' | 'PhoneActivation' | 'TfaAuth' | 'TfaActivation';
  state: 'good' | 'expired' | 'ended';
  email: string | null;
  uuid: string;
}

/** What a key would open. Looking changes nothing. */
@Injectable()
export class DocspaceKeyCheck {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
  ) {}

  async find({ now, protocol }: Call, key: string): Promise<KeyState | undefined> {
    const parts = {
      step: sql`
        SELECT s.account_id, false AS mailed,
          CASE WHEN s.ended_at IS NOT NULL OR NOT ${isCurrent('s')} THEN 'ended' WHEN s.expires_at <= ${now}::timestamptz THEN 'expired' ELSE 'good' END AS state
        FROM sessions s WHERE s.token_hash = ${digest(key)} AND s.protocol = ${protocol} AND s.stage = 'pending'`,
      mailed: sql`
        SELECT a.account_id, true AS mailed, CASE WHEN a.status NOT IN ('open', 'expired') OR NOT ${isAllowed('a')} THEN 'ended'
          WHEN a.expires_at <= ${now}::timestamptz THEN 'expired' ELSE 'good' END AS state
        FROM attempts a WHERE ${this.attempts.link(key)} AND a.purpose = ANY(${MAILED_KEYS}::text[]) AND a.protocol = ${protocol}`,
    };
    const answer = sql`
      SELECT o.email, o.uuid, k.state, CASE WHEN k.mailed THEN 'Auth'
        WHEN o.second_factor = 'sms' AND o.phone IS NULL THEN 'PhoneActivation' WHEN o.second_factor = 'sms' THEN 'PhoneAuth'
        WHEN o.second_factor = 'totp' AND NOT EXISTS (SELECT FROM totp_factors t WHERE t.account_id = o.id) THEN 'TfaActivation'
        ELSE 'TfaAuth' END AS type
      FROM (SELECT * FROM step UNION ALL SELECT * FROM mailed) k JOIN accounts o ON o.id = k.account_id
      WHERE o.disabled_at IS NULL`;
    return this.database.row<KeyState>(statementOf(parts, answer));
  }
}

import { Injectable } from '@nestjs/common';
import { AttemptsRepository, isAllowed, type AttemptPurpose } from '@app/attempts';
import { audit, type AuditEvent } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { AuthError, type Call } from '@app/kernel';
import { holderOf, type Holder } from './holder.js';
import { NewKeysService, type OfferedKeys, type ProvenKeys } from './new-keys.service.js';

export type NewKeysPurpose = Extract<AttemptPurpose, 'recovery_proof' | 'registration_proof'>;

const EVENTS: Record<NewKeysPurpose, AuditEvent> = {
  recovery_proof: 'recovery.complete',
  registration_proof: 'registration.complete',
};

/** What holds for every challenge that new keys answer. It reads and counts; what success does is its caller's. */
@Injectable()
export class ChallengedService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly newKeys: NewKeysService,
  ) {}

  /** The owner of an open challenge and the keys that answer it; a wrong answer is counted, and refused. */
  async prove(
    call: Call,
    purpose: NewKeysPurpose,
    token: string,
    offered: OfferedKeys,
  ): Promise<{ holder: Holder; keys: ProvenKeys }> {
    const holder = await this.holder(call, purpose, token);
    const keys = holder && (await this.newKeys.prove(call, token, holder, offered));
    return holder && keys ? { holder, keys } : this.refuse(call, purpose, token);
  }

  /** Counts a wrong answer. */
  async refuse(call: Call, purpose: NewKeysPurpose, token: string): Promise<never> {
    const parts: Parts = {
      ...this.attempts.redeemChallenge(call, purpose, token, sql`false`),
      audited: audit(call, EVENTS[purpose], 'verdict'),
    };
    await this.database.rows(statementOf(parts, sql`SELECT FROM verdict`));
    throw new AuthError('credentials_wrong');
  }

  private async holder({ now }: Call, purpose: NewKeysPurpose, token: string): Promise<Holder | undefined> {
    const parts: Parts = {
      challenge: sql`
        SELECT a.account_id FROM attempts a WHERE ${this.attempts.challenge(token)} AND a.purpose = ${purpose}
          AND a.status = 'open' AND a.expires_at > ${now}::timestamptz AND ${isAllowed('a')}`,
      owner: holderOf('challenge'),
    };
    const row = await this.database.row<{ holder: Holder }>(
      statementOf(parts, sql`SELECT holder FROM owner`),
    );
    return row?.holder;
  }
}

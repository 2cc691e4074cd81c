import { Injectable } from '@nestjs/common';
import { withSetUp, type AccountSetUp, type OfAccount } from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS } from '@app/attempts';
import { Database, part, sql, statement } from '@app/database';
import { digest, type RequestContext } from '@app/kernel';
import { pendingState } from '@app/sessions';

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

  async find(call: RequestContext, key: string): Promise<KeyState | undefined> {
    const step = pendingState(call, digest(key));
    const mailed = this.attempts.linkState(call, MAILED_KEYS, key);
    const shown = part<OfAccount & { state: string; mailed: boolean }>(
      'shown',
      sql`
        SELECT account_id, state, false AS mailed FROM ${step} UNION ALL SELECT account_id, state, true FROM ${mailed}`,
    );
    const row = await this.database.row(statement(withSetUp(call, shown)));
    if (!row) return undefined;
    const { email, uuid, state } = row;
    return { type: typeOf(row), state: STATES[state] ?? 'ended', email, uuid };
  }
}

const STATES: Record<string, KeyState['state']> = { open: 'good', expired: 'expired' };

function typeOf({ mailed, second_factor, is_set_up }: AccountSetUp & { mailed: boolean }): KeyState['type'] {
  if (mailed) return 'Auth';
  if (second_factor === 'sms') return is_set_up ? 'PhoneAuth' : 'PhoneActivation';
  return second_factor === 'totp' && !is_set_up ? 'TfaActivation' : 'TfaAuth';
}

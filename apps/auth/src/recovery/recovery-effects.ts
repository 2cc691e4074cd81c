import { Injectable } from '@nestjs/common';
import {
  changeKeys,
  insertCredentials,
  postponeRecovery,
  revokeCredentials,
  type Enrolment,
  type OfAccount,
} from '@app/accounts';
import { AttemptsRepository, newLink, type Opening } from '@app/attempts';
import { Config } from '@app/config';
import { type Effect, part, type Part, type Sql, sql } from '@app/database';
import { plusSeconds, type RequestContext } from '@app/kernel';
import { endedBy, OwnerNotices } from '@app/sign-in';
import type { ProvenKeys } from './new-keys.service.js';

const LINK_BITS = 128;
const ENROLLED = { template: 'factor_changed', facts: { change: 'totp_enabled' } } as const;

/** What a recovery does, as parts of the statement that decides about it. */
@Injectable()
export class RecoveryEffects {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly notices: OwnerNotices,
    private readonly config: Config,
  ) {}

  /** How long a proven recovery waits; 0: not at all. */
  get delaySeconds(): number {
    return this.config.recovery.delaySeconds;
  }

  /**
   * Replaces every key of the account, ends what a recovery ends, and tells every channel. Its second factor stays; an account without
   * one gets the authenticator, if one is given. `keys`: a jsonb list of rows. `waited`: it is the one that the account waited for, and
   * has been taken.
   */
  complete(call: RequestContext, keys: Sql, of: Part<OfAccount>, totp?: Enrolment, waited = false): Effect[] {
    const changed = changeKeys(call, of, totp);
    const brings = waited ? (['key', 'pending_recovery'] as const) : (['key'] as const);
    return [
      insertCredentials(call, keys, of, revokeCredentials(call, of)),
      changed,
      ...endedBy('recovery_completed', call, changed.raised, { brings }).effects,
      ...this.notices.tell(call, of, { template: 'recovery_completed', facts: {} }),
      ...(totp ? this.notices.tell(call, changed.enrolled, ENROLLED) : []),
    ];
  }

  /** Keeps a proven recovery until it is due, in the place of one that waits already, and tells every channel how to stop it. */
  postpone(call: RequestContext, keys: ProvenKeys, of: Part<OfAccount>): Effect[] {
    const dueAt = plusSeconds(call.now, this.delaySeconds);
    const purpose = 'recovery_stop';
    const rule = this.attempts.ruleOf(purpose, call.now);
    const { token, attempt: stop } = newLink(call, { purpose, method: 'email', ...rule }, LINK_BITS);
    const opening = part<Opening>(
      'opening',
      sql`
        SELECT account_id::text AS subject, account_id, NULL::bigint AS session_id, NULL::int AS security_stamp FROM ${of}`,
    );
    const stopUrl = `${this.config.http.publicUrl}/auth/recover/stop?token=${token}`;
    const facts = { dueAt: dueAt.toISOString(), stopUrl };
    return [
      postponeRecovery(call, dueAt, keys, of),
      this.attempts.open(call, stop, opening),
      ...this.notices.tell(call, of, { template: 'recovery_started', facts, expiresAt: dueAt }),
    ];
  }
}

import { Injectable } from '@nestjs/common';
import { AttemptsRepository, MAILED_KEYS } from '@app/attempts';
import { Config } from '@app/config';
import { type Parts, raw, sql } from '@app/database';
import { AuthError, digest, plusSeconds, randomToken, type Call } from '@app/kernel';
import { endPendingBegunBy, SessionsRepository } from '@app/sessions';
import type { SignInStep } from '../first-factor/credentials.js';
import { DocspaceDecision } from '../second-factor/decision.js';

const TOKEN_BITS = 256;

/** The second step by the key that came with the first, as our own pages do it: without the password. */
@Injectable()
export class DocspaceStepService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly attempts: AttemptsRepository,
    private readonly decision: DocspaceDecision,
    private readonly config: Config,
  ) {}

  /** The key is dead afterwards, and so is one that was mailed: it may be the one that this sign-in began with. */
  async verify(call: Call, key: string, code: string, transient: boolean): Promise<SignInStep> {
    const awaited = await this.decision.await(call, this.gate(call, key, 'SHARE'), {}, code);
    if (!awaited) throw new AuthError('session_not_found');
    const token = randomToken(TOKEN_BITS);
    const gate = this.gate(call, key, 'NO KEY UPDATE');
    const parts = {
      keys_ended: this.attempts.spendLinks(call, MAILED_KEYS, undefined, 'proven'),
      overtaken: endPendingBegunBy(call, 'email', 'proven', 'pending'),
      promoting: sql`
        SELECT 'redeemed' AS outcome, n.method, n.security_stamp, p.session_id FROM proven n JOIN pending p USING (account_id)`,
      session: this.sessions.promote(call, digest(token), 'promoting'),
    };
    await this.decision.decide(call, gate, awaited, code, parts);
    const expiresAt = plusSeconds(call.now, this.config.sessions.lifeSeconds);
    const phone = awaited.setup?.phone ?? awaited.phone ?? undefined;
    return { factor: awaited.second_factor, phone, signedIn: { token, expiresAt, transient } };
  }

  private gate(call: Call, key: string, lock: 'SHARE' | 'NO KEY UPDATE'): Parts {
    const tokenHash = digest(key);
    return {
      owner: this.sessions.pendingOwner(call, tokenHash),
      account: sql`
        SELECT a.id AS account_id FROM accounts a JOIN owner o ON o.account_id = a.id
        WHERE a.disabled_at IS NULL FOR ${raw(lock)} OF a`,
      pending: this.sessions.pending(call, tokenHash, 'account'),
      held: sql`SELECT account_id, security_stamp FROM pending`,
    };
  }
}

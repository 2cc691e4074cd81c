import { Injectable } from '@nestjs/common';
import { TotpFactors } from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { AuthError, digest, randomHex, type Call } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';

interface Verdict {
  outcome: RedeemOutcome;
  account_id: string;
  /** Whether the credential named a live pending session. */
  pending: boolean;
  totp_secret: string | null;
}

const OF_SESSION = { purpose: 'sign_in', of: sql`a.session_id = (SELECT session_id FROM pending)` } as const;

/** The second step of a sign-in: the code that was sent, or the one an authenticator shows. */
@Injectable()
export class CodeService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly totp: TotpFactors,
  ) {}

  /**
   * Turns the pending session of `token` into a signed-in one and answers its new credential. Burn, promotion and
   * record are one statement; an authenticator's code takes a second one, because only the process can read its secret.
   */
  async verify(call: Call, token: string, code: string): Promise<string> {
    const tokenHash = digest(token);
    const fresh = randomHex(128);
    const sent = await this.decide(
      call,
      tokenHash,
      fresh,
      this.attempts.redeem(call, OF_SESSION, tokenHash, code),
    );
    const verdict =
      sent.outcome === 'other_kind' ? await this.verifyTotp(call, tokenHash, fresh, code, sent) : sent;
    if (!verdict.pending) throw new AuthError('session_not_found');
    if (verdict.outcome !== 'redeemed') throw new AuthError('code_wrong');
    return fresh;
  }

  private async verifyTotp(
    call: Call,
    tokenHash: string,
    fresh: string,
    code: string,
    known: Verdict,
  ): Promise<Verdict> {
    const secret = known.totp_secret;
    const step = secret ? this.totp.stepOf(known.account_id, secret, code, call.now) : undefined;
    const redeem = this.attempts.redeemTotp(call, OF_SESSION, this.totp.isFresh(step, 'factor'));
    return this.decide(call, tokenHash, fresh, {
      factor: this.totp.locked('pending', secret),
      ...redeem,
      accepted: this.totp.accept(step, 'verdict'),
    });
  }

  private async decide(call: Call, tokenHash: string, fresh: string, redeem: Parts): Promise<Verdict> {
    const parts: Parts = {
      pending: this.sessions.pending(call, tokenHash),
      ...redeem,
      promoted: this.sessions.promote(call, digest(fresh), 'verdict'),
      totp_secret: this.totp.secret('verdict'),
      decided: sql`SELECT * FROM verdict WHERE outcome <> 'other_kind'`,
      audited: audit(call, 'code.verify', 'decided'),
    };
    const answer = sql`
      SELECT outcome, account_id, EXISTS (SELECT FROM pending) AS pending,
        (SELECT secret_sealed FROM totp_secret) AS totp_secret FROM verdict`;
    return (await this.database.row<Verdict>(statementOf(parts, answer))) as Verdict;
  }
}

import { Injectable } from '@nestjs/common';
import { TotpFactors } from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome, type Redemption } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Database, exists, of, ofOne, part, type Part, sql, statement } from '@app/database';
import { AuthError, digest, randomHex, type Call } from '@app/kernel';
import { type SessionRow, SessionsRepository } from '@app/sessions';

interface Decision {
  outcome: RedeemOutcome;
  account_id: string | null;
  /** Whether the credential named a live pending session. */
  pending: boolean;
  totp_secret: string | null;
}

const ofSession = (pending: Part<SessionRow>) =>
  ({ purpose: 'sign_in', of: sql`a.session_id = (SELECT session_id FROM ${pending})` }) as const;

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
    const pending = this.sessions.pending(call, tokenHash);
    const sent = this.attempts.redeem(call, ofSession(pending), tokenHash, code);
    const first = await this.decide(call, pending, fresh, sent);
    const decision =
      first.outcome === 'other_kind' ? await this.verifyTotp(call, tokenHash, fresh, code, first) : first;
    if (!decision.pending) throw new AuthError('session_not_found');
    if (decision.outcome !== 'redeemed') throw new AuthError('code_wrong');
    return fresh;
  }

  private async verifyTotp(
    call: Call,
    tokenHash: string,
    fresh: string,
    code: string,
    { account_id, totp_secret: secret }: Decision,
  ): Promise<Decision> {
    const step = secret && account_id ? this.totp.stepOf(account_id, secret, code, call.now) : undefined;
    const pending = this.sessions.pending(call, tokenHash);
    const factor = this.totp.locked(pending, secret);
    const redemption = this.attempts.redeemTotp(call, ofSession(pending), this.totp.isFresh(step, factor));
    return this.decide(call, pending, fresh, redemption, this.totp.accept(step, redemption.verdict));
  }

  private async decide(
    call: Call,
    pending: Part<SessionRow>,
    fresh: string,
    redemption: Redemption,
    accepted?: Part,
  ): Promise<Decision> {
    const { verdict } = redemption;
    const decided = part<Recorded>('decided', sql`SELECT * FROM ${verdict} WHERE outcome <> 'other_kind'`);
    const answer = {
      outcome: ofOne(verdict, 'outcome'),
      account_id: ofOne(verdict, 'account_id'),
      pending: exists(pending),
      totp_secret: of(this.totp.secret(verdict), 'secret_sealed'),
    };
    const decision = await this.database.row(
      statement(
        answer,
        redemption,
        accepted,
        this.sessions.promote(call, digest(fresh), verdict),
        audit(call, 'code.verify', decided),
      ),
    );
    return decision as Decision;
  }
}

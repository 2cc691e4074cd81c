import { Injectable } from '@nestjs/common';
import { LINK_BINDING, AttemptsRepository, type NewAttempt, type RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { AuthError, randomToken, type Call } from '@app/kernel';
import { browserSignIn } from '@app/sessions';
import { MailboxProof } from './mailbox-proof.js';

const EXCHANGE_BITS = 256;

interface Verdict {
  outcome: RedeemOutcome;
  /** Whether the account got what the link is for. */
  done: boolean;
}

/** The press of the button, where what follows is not tokens for the page itself. */
@Injectable()
export class LinkConfirmService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly proof: MailboxProof,
    private readonly config: Config,
  ) {}

  /** Burns the link for a one-time code, and answers where to go with it. Tokens never stand in an address. */
  async redirect(call: Call, token: string, redirectUrl: string): Promise<string> {
    const exchangeCode = randomToken(EXCHANGE_BITS);
    const exchange: NewAttempt = {
      id: call.nextId(),
      purpose: 'link_exchange',
      factor: 'first',
      kind: 'link',
      method: 'email',
      ...this.attempts.ruleOf('link_exchange', call.now),
      secret: { binding: LINK_BINDING, value: exchangeCode },
    };
    await this.burn(call, {
      ...this.attempts.redeemLink(call, 'magic_link', token),
      ...this.proof.proven(call),
      ...this.attempts.open(call, exchange, 'proven'),
      done: sql`SELECT id FROM attempt`,
    });
    const url = new URL(redirectUrl);
    url.searchParams.set('code', exchangeCode);
    return url.href;
  }

  /** Signs the browser in that asked; the caller has made sure that it is this one. */
  async browser(call: Call, token: string): Promise<void> {
    await this.burn(call, {
      ...this.attempts.redeemLink(call, 'sign_in', token),
      done: browserSignIn(call, 'verdict', this.config.sessions),
    });
  }

  /** "This wasn't me": ends the link and the code beside it. Answers whether there was anything to end. */
  async dismiss(call: Call, token: string): Promise<boolean> {
    const parts: Parts = {
      ...this.attempts.dismiss(call, token),
      verdict: sql`
        SELECT 'dismissed' AS outcome, account_id, session_id, id AS attempt_id FROM dismissed ORDER BY id LIMIT 1`,
      audited: audit(call, 'magic_link.dismiss', 'verdict'),
    };
    return (await this.database.row(statementOf(parts, sql`SELECT attempt_id FROM verdict`))) !== undefined;
  }

  private async burn(call: Call, parts: Parts): Promise<void> {
    const answer = sql`SELECT outcome, EXISTS (SELECT FROM done) AS done FROM verdict`;
    const row = await this.database.row<Verdict>(
      statementOf({ ...parts, audited: audit(call, 'magic_link.redeem', 'verdict') }, answer),
    );
    if (row?.outcome !== 'redeemed') throw new AuthError('link_expired');
    if (!row.done) throw new AuthError('credentials_wrong');
  }
}

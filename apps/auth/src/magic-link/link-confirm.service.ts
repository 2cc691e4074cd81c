import { Injectable } from '@nestjs/common';
import { lockTarget } from '@app/accounts';
import { AttemptsRepository, newLink, type Redemption } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Effect, exists, ofOne, part, type Part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { enterBrowser, readBy } from '@app/sign-in';
import { MailboxProof } from './mailbox-proof.js';

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
  async redirect(call: RequestContext, token: string, redirectUrl: string): Promise<string> {
    const purpose = 'link_exchange';
    const rule = this.attempts.ruleOf(purpose, call.now);
    const { token: exchangeCode, attempt: exchange } = newLink(call, { purpose, method: 'email', ...rule });
    const redemption = this.attempts.redeemLink(call, 'magic_link', token, lockTarget);
    const { proven, effects } = this.proof.proven(call, redemption.verdict);
    const opened = this.attempts.open(call, exchange, proven);
    await this.burn(call, redemption, opened.attempt, opened, ...effects);
    const url = new URL(redirectUrl);
    url.searchParams.set('code', exchangeCode);
    return url.href;
  }

  /** Signs the browser in that asked; the caller has made sure that it is this one. */
  async browser(call: RequestContext, token: string): Promise<void> {
    const redemption = this.attempts.redeemLink(call, 'sign_in', token);
    await this.burn(
      call,
      redemption,
      enterBrowser({ ...call, protocol: 'wacht' }, redemption.verdict, this.config.sessions),
      readBy(redemption.verdict),
    );
  }

  /** "This wasn't me": ends the link and the code beside it. Answers whether there was anything to end. */
  async dismiss(call: RequestContext, token: string): Promise<boolean> {
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT 'dismissed' AS outcome, account_id, session_id, id AS attempt_id
        FROM ${this.attempts.dismiss(call, token)} ORDER BY id LIMIT 1`,
    );
    const dismissed = statement(verdict, audit(call, 'magic_link.dismiss', verdict));
    return (await this.database.row(dismissed)) !== undefined;
  }

  /** `done`: what the account gets by the link, if it gets anything. */
  private async burn(
    call: RequestContext,
    redemption: Redemption,
    done: Part,
    ...effects: Effect[]
  ): Promise<void> {
    const { verdict } = redemption;
    const row = await this.database.row(
      statement(
        { outcome: ofOne(verdict, 'outcome'), done: exists(done) },
        redemption,
        ...effects,
        audit(call, 'magic_link.redeem', verdict),
      ),
    );
    if (row?.outcome !== 'redeemed') throw new AuthError('link_expired');
    if (!row.done) throw new AuthError('credentials_wrong');
  }
}

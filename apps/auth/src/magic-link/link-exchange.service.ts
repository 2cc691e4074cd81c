import { Injectable } from '@nestjs/common';
import { lockTarget } from '@app/accounts';
import { AttemptsRepository, openOfSubject, type RedeemOutcome, type Redemption } from '@app/attempts';
import { audit, type AuditEvent } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import { AuthError, type AuthErrorCode, type RequestContext } from '@app/kernel';
import { TokenPairs, type TokenHolder, type TokenPair } from '@app/tokens';
import { MailboxProof } from './mailbox-proof.js';
import { Recipients, type Who } from './recipients.js';

export type Proof = { linkToken: string } | { exchangeCode: string } | { who: Who; code: string };

/** The ways from a proven mailbox to tokens: the link, the code beside it, and the exchange code of a redirect. */
@Injectable()
export class LinkExchangeService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly recipients: Recipients,
    private readonly proof: MailboxProof,
    private readonly pairs: TokenPairs,
  ) {}

  /** The token of a link that its owner has confirmed. */
  async link(call: RequestContext, token: string): Promise<TokenPair> {
    return this.redeem(
      call,
      'magic_link.redeem',
      this.attempts.redeemLink(call, 'magic_link', token, lockTarget),
      'link_unknown',
    );
  }

  /** The token of the link, the exchange code of a redirect, or the code of the mail. */
  async prove(call: RequestContext, proof: Proof): Promise<TokenPair> {
    if ('linkToken' in proof) return this.link(call, proof.linkToken);
    return 'exchangeCode' in proof
      ? this.exchange(call, proof.exchangeCode)
      : this.code(call, proof.who, proof.code);
  }

  /** The six digits of the mail, with the name they were asked for with. */
  private async code(call: RequestContext, who: Who, code: string): Promise<TokenPair> {
    const subject = this.recipients.find(who, 'NO KEY UPDATE');
    const of = sql`a.kind = 'code' AND ${openOfSubject(subject)}`;
    const question = { purpose: 'magic_link', of } as const;
    const redemption = this.attempts.redeem(call, question, this.recipients.bindingOf(who), code);
    return this.redeem(call, 'magic_link.redeem', redemption, 'code_wrong');
  }

  /** What the redirect carried. */
  private async exchange(call: RequestContext, exchangeCode: string): Promise<TokenPair> {
    const redeem = this.attempts.redeemLink(call, 'link_exchange', exchangeCode, lockTarget);
    return this.redeem(call, 'magic_link.exchange', redeem, 'session_not_found');
  }

  private async redeem(
    call: RequestContext,
    event: AuditEvent,
    redemption: Redemption,
    refusal: AuthErrorCode,
  ): Promise<TokenPair> {
    const { verdict } = redemption;
    const { holder, effects, refreshToken } = this.proof.session(call, verdict);
    const answer = part<Partial<TokenHolder> & { outcome: RedeemOutcome }>(
      'answer',
      sql`SELECT v.outcome, h.* FROM ${verdict} v LEFT JOIN ${holder} h ON true`,
    );
    const row = await this.database.row(
      statement(answer, redemption, ...effects, audit(call, event, verdict)),
    );
    if (row?.outcome === 'redeemed' && !row.session_id) throw new AuthError('credentials_wrong');
    if (!row?.session_id) throw new AuthError(refusal);
    return this.pairs.issue(row as TokenHolder, refreshToken, call.now);
  }
}

import { Injectable } from '@nestjs/common';
import { withKnownAccount, type KnownAccount, type OfAccount } from '@app/accounts';
import { Config } from '@app/config';
import { type Part, Database, statement } from '@app/database';
import { AuthError, digest, plusSeconds, type RequestContext } from '@app/kernel';
import { freshSession, signedInProof, type SessionRow, type SignedInProof } from '@app/sessions';

/** Who asks: the account, and how its session came about. */
export type SessionHolder = KnownAccount & SignedInProof & { uuid: string };

/**
 * The holder of a session, before the second factor of its account. Whatever would let somebody else in asks for a session that
 * was signed in lately, so that one left open somewhere cannot take the account over.
 */
@Injectable()
export class DocspaceTfaHolder {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** @throws AuthError `session_not_found` */
  async find(call: RequestContext, token: string): Promise<SessionHolder> {
    const session = signedInProof(call, digest(token));
    const holder = await this.database.row(statement(withKnownAccount(session)));
    if (!holder || holder.disabled_at) throw new AuthError('session_not_found');
    return holder;
  }

  /**
   * `named`: the accounts (UUIDs in lower case) that are to be changed. There is nobody who may change another's.
   *
   * @throws AuthError `session_not_found`, `not_permitted`, `proof_stale`
   */
  async findFresh(call: RequestContext, token: string, named: string[] = []): Promise<SessionHolder> {
    const holder = await this.find(call, token);
    if (named.some((uuid) => uuid !== holder.uuid)) throw new AuthError('not_permitted');
    if (holder.signed_in_at <= this.since(call)) throw new AuthError('proof_stale');
    return holder;
  }

  /**
   * Asks again in the statement that makes use of the answer: the session, locked. `account`: gives the account while it may go on.
   */
  fresh(call: RequestContext, token: string, account: Part<OfAccount>): Part<SessionRow> {
    return freshSession(call, digest(token), this.since(call), account);
  }

  private since({ now }: RequestContext): Date {
    return plusSeconds(now, -this.config.secondFactors.markSeconds);
  }
}

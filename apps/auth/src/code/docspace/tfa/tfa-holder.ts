import { Injectable } from '@nestjs/common';
import { KNOWN_COLUMNS, type KnownAccount } from '@app/accounts';
import { Config } from '@app/config';
import { Database, type Parts, sql, type Sql, statementOf } from '@app/database';
import { AuthError, digest, plusSeconds, type Call } from '@app/kernel';
import { signedInSession, type AuthenticationMethod } from '@app/sessions';

/** Who asks: the account, and how its session came about. */
export interface Holder extends KnownAccount {
  uuid: string;
  /** By which the session was begun. */
  method: AuthenticationMethod['method'];
  /** The session was signed in lately. */
  fresh: boolean;
}

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

  async find(call: Call, token: string): Promise<Holder> {
    const parts = { session: signedInSession(call, digest(token)) };
    const answer = sql`
      SELECT ${KNOWN_COLUMNS}, a.uuid, p.amr->0->>'method' AS method, p.signed_in_at > ${this.since(call)}::timestamptz AS fresh
      FROM session s JOIN sessions p ON p.id = s.session_id JOIN accounts a ON a.id = s.account_id
      WHERE a.disabled_at IS NULL`;
    const holder = await this.database.row<Holder>(statementOf(parts, answer));
    if (!holder) throw new AuthError('session_not_found');
    return holder;
  }

  /** `named`: the accounts (UUIDs in lower case) that are to be changed. There is nobody who may change another's. */
  async findFresh(call: Call, token: string, named: string[] = []): Promise<Holder> {
    const holder = await this.find(call, token);
    if (named.some((uuid) => uuid !== holder.uuid)) throw new AuthError('not_permitted');
    if (!holder.fresh) throw new AuthError('proof_stale');
    return holder;
  }

  /**
   * Parts that ask again in the statement that makes use of the answer, ending in `fresh` (`{account_id, security_stamp}`), its session locked.
   * `account`: part that gives the `account_id` while it may go on; locked before the session, as everywhere.
   */
  gate(call: Call, token: string, account: Sql): Parts {
    return {
      account,
      session: signedInSession(call, digest(token)),
      fresh: sql`
        SELECT p.account_id, p.security_stamp FROM account a JOIN session s USING (account_id) JOIN sessions p ON p.id = s.session_id
        WHERE p.signed_in_at > ${this.since(call)}::timestamptz AND p.ended_at IS NULL FOR UPDATE OF p`,
    };
  }

  private since({ now }: Call): Date {
    return plusSeconds(now, -this.config.secondFactors.markSeconds);
  }
}

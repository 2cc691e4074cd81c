import { Injectable } from '@nestjs/common';
import { whileFresh, type FreshAccount } from '@app/accounts';
import { Config } from '@app/config';
import { part, type Part, sql } from '@app/database';
import { plusSeconds, type RequestContext } from '@app/kernel';
import type { TokenSession } from '@app/sessions';

/**
 * Whether a session was proven lately: by the second factor, or, for an account without one, by its sign-in. What is
 * sensitive asks for it, so that a session left open somewhere cannot take the account over.
 */
@Injectable()
export class Freshness {
  constructor(private readonly config: Config) {}

  /**
   * The signed-in session while its proof is fresh. `lenient`: an account without a second factor needs none, for what takes
   * nothing over.
   */
  fresh(
    { now }: RequestContext,
    session: Part<TokenSession>,
    lenient = false,
  ): Part<TokenSession & FreshAccount> {
    const since = plusSeconds(now, -this.config.secondFactors.markSeconds);
    const signedIn = part<TokenSession>('signed_in', sql`SELECT * FROM ${session} WHERE stage = 'signed_in'`);
    return whileFresh(signedIn, since, lenient);
  }
}

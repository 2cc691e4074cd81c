import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { sql, raw, type Sql } from '@app/database';
import { plusSeconds, type Call } from '@app/kernel';

/**
 * Whether a session was proven lately: by the second factor, or, for an account without one, by its sign-in. What is
 * sensitive asks for it, so that a session left open somewhere cannot take the account over.
 */
@Injectable()
export class Freshness {
  constructor(private readonly config: Config) {}

  /**
   * Part: the signed-in session of part `session` while its proof is fresh: `{session_id, account_id, subject, security_stamp, second_factor}`.
   * `lenient`: an account without a second factor needs none, for what takes nothing over.
   */
  fresh({ now }: Call, session: string, lenient = false): Sql {
    const since = plusSeconds(now, -this.config.secondFactors.markSeconds);
    return sql`
      SELECT s.session_id, s.account_id, s.subject, s.security_stamp, a.second_factor FROM ${raw(session)} s JOIN accounts a ON a.id = s.account_id
      WHERE s.stage = 'signed_in' AND a.disabled_at IS NULL
        AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > ${since}::timestamptz
          ELSE ${lenient}::boolean OR s.signed_in_at > ${since}::timestamptz END`;
  }
}

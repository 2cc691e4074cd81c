import { sql, raw, type Sql } from '@app/database';
import { plusSeconds, type Call } from '@app/kernel';
import type { AuthenticationMethod } from './session.entity.js';

/** A session whose two factors came in one call. */
export interface ProvenSession {
  id: string;
  /** `digest` of the credential the client will hold. */
  tokenHash: string;
  first: AuthenticationMethod['method'];
  lifeSeconds: number;
}

/** Part: that session, for each row of part `from` (`account_id, security_stamp`, and `method` of the second factor): `{session_id, account_id}`. */
export function startProven(call: Call, session: ProvenSession, from: string): Sql {
  const { now, client, protocol } = call;
  const at = now.toISOString();
  return sql`
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, security_stamp)
    SELECT ${session.id}::bigint, f.account_id, ${protocol}, 'signed_in', ${session.tokenHash},
      jsonb_build_array(jsonb_build_object('method', ${session.first}::text, 'at', ${at}::text),
        jsonb_build_object('method', f.method, 'at', ${at}::text)),
      ${client.address}, ${client.userAgent}, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz,
      ${plusSeconds(now, session.lifeSeconds)}::timestamptz, f.security_stamp
    FROM ${raw(from)} f RETURNING id AS session_id, account_id`;
}

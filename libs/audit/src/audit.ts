import { part, type Part, raw, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { didNothing, rowKey } from './refusals.js';
import { markRecorded } from './recorded-calls.js';
import { streamed } from './stream.js';

/** What was tried: the verb of the flow. */
export type AuditEvent =
  | 'password'
  | 'password.forgot'
  | 'password.reset'
  | 'sign_in'
  | 'sign_up'
  | 'sign_up.verify'
  | 'code.send'
  | 'session.switch'
  | 'code.resend'
  | 'code.verify'
  | 'session.renew'
  | 'session.end'
  | 'account.create'
  | 'account.import'
  | 'account.disable'
  | 'account.enable'
  | 'account.delete'
  | 'account.restore'
  | 'account.export'
  | 'account.unlock'
  | 'account.guard'
  | 'account.second_factor'
  | 'account.phone'
  | 'account.details'
  | `admin.read ${string}`
  | 'account.respell'
  | 'account.password'
  | 'account.register'
  | 'account.invite'
  | 'account.mail_key'
  | 'account.link'
  | 'account.unlink'
  | 'account.update'
  | 'contact.ask'
  | 'contact.change'
  | 'contact.remove'
  | 'token.refresh'
  | 'second_factor'
  | 'second_factor.send'
  | 'factor.setup'
  | 'factor.connect'
  | 'factor.disconnect'
  | 'magic_link.send'
  | 'magic_link.redeem'
  | 'magic_link.dismiss'
  | 'magic_link.exchange'
  | 'message.disown'
  | 'mailed_key'
  | 'identity'
  | 'identity.link'
  | 'recovery.code'
  | 'recovery.init'
  | `recovery.init ${string}`
  | 'recovery.complete'
  | 'recovery.stop'
  | 'registration.code'
  | 'registration.init'
  | 'registration.complete'
  | 'login.code'
  | 'login.init'
  | 'login.complete'
  | 'user_action.init'
  | 'user_action.sign'
  | 'credential.code'
  | 'keys.rotate'
  | 'keys.reseal'
  | 'keys.forget'
  | `service_key.create ${string}`
  | `service_key.revoke ${string}`
  | `operator.invite ${string}`
  | `operator.reset ${string}`
  | `operator.remove ${string}`
  | `operator.set_up ${string}`
  | `operator.sign_in ${string}`
  | 'operator.sign_in'
  | 'operator.sign_out'
  | 'request'
  | `request ${string}`;

/** How it ended, and for whom, when no statement decided it. */
export interface AuditSubject {
  outcome: string;
  accountId: string | null;
}

/** What a statement decided, as it is recorded. */
export interface Recorded {
  outcome: string;
  account_id: string | null;
  session_id: string | null;
  attempt_id: string | null;
}

/** Whose row it is, and of which session where that is known. */
export type Concerned = { account_id: string | null; session_id?: string | null };

/** What is recorded of each row: that it ended like this. `session`: whether the rows are of sessions. */
export function recordedAs(outcome: string, of: Part<Concerned>, { session = true } = {}): Part<Recorded> {
  const sessionId = session ? sql`session_id` : sql`NULL::bigint AS session_id`;
  return part(
    'verdict',
    sql`SELECT ${outcome}::text AS outcome, account_id, ${sessionId}, NULL::bigint AS attempt_id FROM ${of}`,
  );
}

/**
 * The record of each row of the verdict: written by the statement that decided it, or not at all. What did nothing and is the same as
 * another row of its minute is counted there.
 */
export function audit(
  call: RequestContext,
  event: AuditEvent,
  verdict: Part<Recorded>,
): Part<{ id: string }> {
  return insert(call, event, sql`${verdict} v`, didNothing(call, event));
}

/** A statement of its own, for a refusal that no statement decided. */
export function auditRefusal(
  call: RequestContext,
  event: AuditEvent,
  { outcome, accountId }: AuditSubject,
): Part<{ id: string }> {
  return insert(
    call,
    event,
    sql`(SELECT ${outcome}::text AS outcome, ${accountId}::bigint AS account_id, NULL::bigint AS session_id,
      NULL::bigint AS attempt_id) v`,
    sql`true`,
  );
}

function insert(call: RequestContext, event: AuditEvent, from: Sql, repeats: Sql): Part<{ id: string }> {
  const { now, protocol, client, nextId } = call;
  const id = nextId();
  markRecorded(call);
  const audited = part<{ id: string }>(
    'audited',
    sql`
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address,
      user_agent, request_id, repeat_key)
    SELECT ${id}::bigint, ${now}::timestamptz, ${event}, v.outcome, ${protocol}, v.account_id, v.session_id, v.attempt_id,
      ${client.address}, ${client.userAgent}, ${client.requestId}, ${rowKey(call, event, id, repeats)}
    FROM ${from}
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1
    RETURNING ${raw(call.streams ? 'e.*' : 'id')}`,
  );
  return call.streams ? streamed(call, audited) : audited;
}

import type { Config } from '@app/config';
import { part, Part, sql, type Sql } from '@app/database';
import { randomReference, type KeyRing } from '@app/kernel';
import { sealFacts } from './facts.js';
import { addressees, allowance, type Addressee, type Asking, type Withheld } from './limits/allowance.js';
import type { Channel, NewMessage } from './message.js';
import type { Recipient } from './recipient.js';
import { isSuppressed } from './reports/delivery-reports.js';

/** What is announced when a statement with a message has come back. */
export const QUEUED = { email: 'mail', sms: 'text' } as const satisfies Record<Channel, string>;

type Judged = Recipient & { withheld: Withheld | null };

/**
 * Queues what the owner is told of an event, or an operator has sent, for its recipient, of which there is at most one. No row, or no
 * address: no message and no error, so that whoever has no address is answered like everybody else. Nothing is counted: there are as
 * many as events. For a process without a worker too: one of a replica finds it.
 */
export function enqueue(
  keyRing: KeyRing,
  message: NewMessage,
  now: Date,
  recipient: Part<Recipient> | Sql,
): Part<{ id: string }> {
  const to = part<Judged>(
    'told',
    sql`SELECT r.*, CASE WHEN ${isSuppressed} THEN 'suppressed' END AS withheld FROM ${rowsOf(recipient)} r WHERE r.address IS NOT NULL`,
  );
  return insertMessage(keyRing, message, now, to);
}

/**
 * The same of what somebody asks for, within the limits over everything. Beyond them the message is recorded as withheld, and all else
 * goes on as ever: neither the answer nor its work tells whether it was sent.
 */
export function enqueueWithin(
  limits: Config['recipients'],
  keyRing: KeyRing,
  message: NewMessage,
  { call, share }: Omit<Asking, 'channel'>,
  recipient: Part<Recipient> | Sql,
): Part<{ id: string }> {
  const addressed = addressees(rowsOf(recipient));
  const gates = allowance(limits, { call, share, channel: message.channel }, addressed);
  return insertMessage(keyRing, message, call.now, judged(addressed, gates));
}

function rowsOf(recipient: Part<Recipient> | Sql): Sql {
  return recipient instanceof Part ? sql`${recipient}` : sql`(${recipient})`;
}

/** The first gate that was shut names why. */
function judged(
  addressed: Part<Addressee>,
  gates: { name: Withheld; passed: Part<Addressee> }[],
): Part<Judged> {
  const reason = gates.reduceRight(
    (next, { name, passed }) =>
      sql`CASE WHEN EXISTS (SELECT FROM ${passed}) THEN ${next} ELSE ${name}::text END`,
    sql`NULL::text`,
  );
  return part(
    'judged',
    sql`SELECT r.*, CASE WHEN ${isSuppressed} THEN 'suppressed' ELSE ${reason} END AS withheld FROM ${addressed} r`,
  );
}

function insertMessage(
  keyRing: KeyRing,
  message: NewMessage,
  now: Date,
  to: Part<Judged>,
): Part<{ id: string }> {
  return part(
    'message',
    sql`
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language,
      facts_sealed, next_try_at, created_at, expires_at, state, ended_at, last_error, reference)
    SELECT ${message.id}::bigint, ${message.attemptId ?? null}::bigint, r.account_id, ${message.channel},
      ${message.attemptId === undefined}::boolean, ${message.template}, r.address, r.language, CASE WHEN r.withheld IS NULL THEN ${sealFacts(keyRing, message)}::text END,
      ${now}::timestamptz, ${now}::timestamptz, ${message.expiresAt}::timestamptz,
      CASE WHEN r.withheld IS NULL THEN 'queued' ELSE 'withheld' END,
      CASE WHEN r.withheld IS NOT NULL THEN ${now}::timestamptz END, r.withheld, ${freeReference()}
    FROM ${to} r
    RETURNING id`,
    QUEUED[message.channel],
  );
}

/** Of two, one that no message has: among as many as are remembered, one in ten thousands is taken. */
function freeReference(): Sql {
  const some = [randomReference(), randomReference()];
  return sql`(SELECT c FROM unnest(${some}::text[]) c WHERE NOT EXISTS (SELECT FROM messages m WHERE m.reference = c) LIMIT 1)`;
}

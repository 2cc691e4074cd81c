import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { mayBeTaken, nextSend, takeSendWindow, type SendRule } from './send-window.js';

/**
 * When something may be sent that anybody may ask for, who has proven nothing. `hourlyLimit` is what one network may ask for, and
 * `hourlyTotal` what all of them may: a stranger uses up a part, and leaves the rest to whom the address belongs.
 */
export interface StrangersRule extends SendRule {
  hourlyLimit: number;
  hourlyTotal: number;
}

type Subjects = Part<{ subject: string }>;

/** What `takeSendWindow` does, within the share of the network that the call comes from. */
export function takeStrangersTurn(call: RequestContext, rule: StrangersRule, from: Subjects): Subjects {
  // Nobody's share shrinks by what would not have been sent in any case.
  const free = subjects(
    'free',
    sql`SELECT f.subject FROM ${from} f WHERE f.subject NOT IN (SELECT subject FROM ${refused(call, allOf(rule), from)})`,
  );
  const share = takeSendWindow(call, rule, asOfNetwork(call, free));
  const within = subjects(
    'within_share',
    sql`SELECT f.subject FROM ${free} f WHERE ${ofNetwork(call)} IN (SELECT subject FROM ${share})`,
  );
  return takeSendWindow(call, allOf(rule), within);
}

/** When the network of the call may ask again, as of before this statement; null when nothing was in its way then. */
export function nextStrangersSend(
  call: RequestContext,
  rule: StrangersRule,
  from: Subjects,
): Part<{ next_at: Date | null }> {
  const next = (of: SendRule, whose: Subjects) => nextSend(call, of, refused(call, of, whose));
  return part(
    'strangers_waiting',
    sql`
    SELECT max(next_at) AS next_at FROM (SELECT next_at FROM ${next(allOf(rule), from)}
      UNION ALL SELECT next_at FROM ${next(rule, asOfNetwork(call, from))}) n`,
  );
}

/** Those to whom nothing may be sent by this rule, as of before this statement. */
function refused(call: RequestContext, rule: SendRule, from: Subjects): Subjects {
  return subjects(
    'refused',
    sql`
    SELECT f.subject FROM ${from} f JOIN send_windows w ON w.subject = f.subject
    WHERE w.purpose = ${rule.purpose} AND NOT ${mayBeTaken(call, rule)}`,
  );
}

function asOfNetwork(call: RequestContext, from: Subjects): Subjects {
  return subjects('of_network', sql`SELECT ${ofNetwork(call)} AS subject FROM ${from} f`);
}

/** The network's window for subject `f`. */
function ofNetwork({ client }: RequestContext): Sql {
  return sql`(f.subject || ' from ' || ${client.network}::text)`;
}

function allOf({ hourlyTotal, ...rule }: StrangersRule): SendRule {
  return { ...rule, hourlyLimit: hourlyTotal };
}

function subjects(label: string, body: Sql): Subjects {
  return part(label, body);
}

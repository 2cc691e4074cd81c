import { factsOf, groupedBy, type Check, type Outage } from '../journal.js';

/** Between the hand-over and its record lies a round trip, and whatever a busy machine adds. */
const RECORD_MS = 2_000;

/** Each mail that was promised came, and none that nobody asked for. */
export const mailsKept: Check = (evidence) => {
  const { remains } = evidence;
  const asked = groupedBy(factsOf(evidence, 'asked'), ({ mailbox }) => mailbox);
  const came = groupedBy(evidence.mails, ({ mailbox }) => mailbox);
  const violations: string[] = [];
  for (const [mailbox, asks] of asked) {
    const promised = asks.filter(({ sure }) => sure).length;
    const messages = new Set(came.get(mailbox)?.map(({ messageId }) => messageId)).size;
    if (messages < promised)
      violations.push(`${mailbox}: ${messages} mails of ${promised} that were promised`);
    if (messages > asks.length) violations.push(`${mailbox}: ${messages} mails for ${asks.length} calls`);
  }
  for (const mailbox of came.keys()) if (!asked.has(mailbox)) violations.push(`${mailbox} asked for nothing`);
  if (remains.queued) violations.push(`${remains.queued} messages still wait`);
  return { looked: asked.size, violations };
};

/** No mail came twice, but where a process died or the database or mail server was away between its hand-over and the record. */
export const mailsOnce: Check = ({ mails, outages }) => {
  const messages = groupedBy(mails, ({ messageId }) => messageId);
  const violations: string[] = [];
  for (const [, copies] of messages)
    copies.slice(0, -1).forEach(({ at, mailbox }) => {
      if (!outages.some((outage) => excuses(outage, at))) violations.push(`${mailbox} has a mail twice`);
    });
  return { looked: messages.size, violations };
};

function excuses({ what, from, to }: Outage, at: number): boolean {
  return ['replica', 'database', 'mail'].includes(what) && from <= at + RECORD_MS && at <= to;
}

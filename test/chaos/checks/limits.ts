import { factsOf, groupedBy, type Check } from '../journal.js';

/** No subject had more wrong codes looked at than its budget has. */
export const guessBudgets: Check = (evidence) => {
  const { limits, remains } = evidence;
  const guesses = groupedBy(factsOf(evidence, 'guessed'), ({ subject }) => subject);
  const violations = [...guesses]
    .filter(([, wrong]) => wrong.length > limits.guesses)
    .map(
      ([subject, wrong]) => `${subject}: ${wrong.length} wrong codes were looked at, of ${limits.guesses}`,
    );
  if (remains.overtried)
    violations.push(`${remains.overtried} attempts bore more wrong codes than their tries`);
  if (remains.overspent) violations.push(`${remains.overspent} budgets are spent beyond their end`);
  return { looked: guesses.size, violations };
};

/** Nobody was sent more in an hour than their share: a message counts once, however often it came. */
export const sendShares: Check = ({ mails, limits }) => {
  const boxes = groupedBy(mails, ({ mailbox }) => mailbox);
  const violations: string[] = [];
  for (const [mailbox, all] of boxes) {
    const messages = new Set(all.map(({ messageId }) => messageId)).size;
    if (messages > limits.sends)
      violations.push(`${mailbox} was sent ${messages} messages, of ${limits.sends}`);
  }
  return { looked: boxes.size, violations };
};

/**
 * No address had more requests counted than the windows of its time hold. Windows begin with a request, so there is one more of them
 * than whole ones, and one more again for each time that the limits began anew.
 */
export const requestLimits: Check = (evidence) => {
  const { limits, outages } = evidence;
  const addresses = groupedBy(factsOf(evidence, 'counted'), ({ address }) => address);
  const violations: string[] = [];
  for (const [address, counted] of addresses) {
    const from = Math.min(...counted.map(({ since }) => since));
    const to = Math.max(...counted.map(({ at }) => at));
    const begunAnew = outages.filter(
      (each) => each.forgetsLimits && each.from <= to && each.to >= from,
    ).length;
    const windows = Math.floor((to - from) / 1000 / limits.windowSeconds) + 2 + begunAnew;
    if (counted.length > windows * limits.requests)
      violations.push(`${address}: ${counted.length} requests in ${windows} windows of ${limits.requests}`);
  }
  return { looked: addresses.size, violations };
};

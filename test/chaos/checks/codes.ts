import { factsOf, groupedBy, type Check } from '../journal.js';

/** No code, link or challenge was accepted twice, by any two replicas. */
export const codesOnce: Check = (evidence) => {
  const accepted = groupedBy(
    factsOf(evidence, 'redeemed').filter(({ sure }) => sure),
    ({ code }) => code,
  );
  const violations = [...accepted]
    .filter(([, times]) => times.length > 1)
    .map(([code, times]) => `${code} was accepted ${times.length} times`);
  return { looked: accepted.size, violations };
};

/** No account has more sessions than secrets were offered for it: also those that nobody was told of. */
export const sessionsOfCodes: Check = (evidence) => {
  const offered = groupedBy(factsOf(evidence, 'redeemed'), ({ code }) => code.split(' ')[0] ?? '');
  const violations: string[] = [];
  for (const [mailbox, sessions] of Object.entries(evidence.remains.sessions)) {
    const secrets = new Set(offered.get(mailbox)?.map(({ code }) => code)).size;
    if (sessions > secrets) violations.push(`${mailbox} has ${sessions} sessions of ${secrets} secrets`);
  }
  return { looked: Object.keys(evidence.remains.sessions).length, violations };
};

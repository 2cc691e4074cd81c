import { factsOf, groupedBy, type Check, type FactOf } from '../journal.js';

type Seen = FactOf<'seen'>;

/** No session that a client was told of was lost: it was good whenever it was looked at, until somebody asked for its end. */
export const sessionsKept: Check = (evidence) => {
  const begun = factsOf(evidence, 'begun').filter(({ sure }) => sure);
  const looks = groupedBy(factsOf(evidence, 'seen'), ({ session }) => session);
  const ends = groupedBy(factsOf(evidence, 'ended'), ({ session }) => session);
  const lost = (look: Seen, since: number) =>
    !look.good && look.since >= since && !ends.get(look.session)?.some((end) => end.since <= look.at);
  const violations = begun
    .filter(({ session, at }) => looks.get(session)?.some((look) => lost(look, at)))
    .map(({ session }) => `${session} was begun and is gone`);
  for (const { session } of begun)
    if (!looks.has(session) && !ends.has(session)) violations.push(`${session} was never looked at`);
  return { looked: begun.length, violations };
};

/** No end that a client was told of was lost: what it ended opened nothing afterwards. */
export const endsKept: Check = (evidence) => {
  const ended = factsOf(evidence, 'ended').filter(({ sure }) => sure);
  const looks = groupedBy(factsOf(evidence, 'seen'), ({ session }) => session);
  const violations = ended
    .filter(({ session, at }) => looks.get(session)?.some((look) => look.good && look.since >= at))
    .map(({ session }) => `${session} was ended and is good again`);
  return { looked: ended.length, violations };
};

/** A session has one branch of refresh tokens: whoever presents one token, however often, is given the same successor. */
export const oneBranch: Check = (evidence) => {
  const turned = groupedBy(factsOf(evidence, 'turned'), ({ token }) => token);
  const violations: string[] = [];
  for (const [, times] of turned) {
    const successors = new Set(times.map(({ successor }) => successor));
    if (successors.size > 1)
      violations.push(`a token of ${times[0]?.session} has ${successors.size} successors`);
  }
  const { doubles } = evidence.remains;
  if (doubles) violations.push(`${doubles} live sessions are found by one token`);
  return { looked: turned.size, violations };
};

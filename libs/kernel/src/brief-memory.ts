const BRIEF_MS = 1000;

/**
 * Asks for the callers of a moment together: whoever comes while it is asked waits for that answer, and whoever comes within a second
 * after it gets the same. A failure is an answer too: what is out of reach must not be asked by everybody.
 *
 * `elapsed`: milliseconds that only go forward. A clock that is set back must not keep an answer.
 */
export function briefly<Answer>(
  ask: () => Promise<Answer>,
  elapsed: () => number = () => performance.now(),
): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  let goodUntil = Infinity;
  const settled = () => void (goodUntil = elapsed() + BRIEF_MS);
  return () => {
    if (answer && elapsed() < goodUntil) return answer;
    goodUntil = Infinity;
    answer = ask();
    answer.then(settled, settled);
    return answer;
  };
}

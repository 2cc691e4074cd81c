import type { Call, Check, Outage } from '../journal.js';

/** How long after an outage its traces may be seen. */
const GRACE_MS = 2_000;

const touches = ({ from, to }: Outage, call: Call) => call.from <= to + GRACE_MS && from <= call.to;

/** No 5xx but while the database was away and two seconds after, or from a replica that was stopped. */
export const noFaults: Check = ({ calls, outages }) => {
  const excused = (call: Call) =>
    outages.some(
      (each) =>
        touches(each, call) &&
        (each.what === 'database' || (each.what === 'replica' && each.replica === call.replica)),
    );
  const faults = calls.filter((call) => (call.status ?? 0) >= 500);
  const violations = faults
    .filter((call) => call.status !== 503 || !excused(call))
    .map(
      ({ name, status, replica, from }) => `${name} was ${status} at replica ${replica}, ${instant(from)}`,
    );
  return { looked: calls.length, violations };
};

/** No call was left without an answer, but by a replica that was ended or stopped. */
export const allAnswered: Check = ({ calls, outages }) => {
  const excused = (call: Call) =>
    outages.some((each) => each.what === 'replica' && each.replica === call.replica && touches(each, call));
  const violations = calls
    .filter((call) => call.status === undefined && !excused(call))
    .map(({ name, replica, from }) => `${name} had no answer of replica ${replica}, ${instant(from)}`);
  return { looked: calls.length, violations };
};

const instant = (at: number) => new Date(at).toISOString().slice(11, 23);

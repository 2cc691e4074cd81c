import { CHECKS } from './checks/index.js';
import { groupedBy, type Evidence, type Finding } from './journal.js';

export function findings(evidence: Evidence): Record<string, Finding> {
  return Object.fromEntries(Object.entries(CHECKS).map(([name, check]) => [name, check(evidence)]));
}

/** What a run has done, seen and found, for a reader at a terminal. */
export function tableOf(evidence: Evidence): string {
  const found = findings(evidence);
  const calls = groupedBy(evidence.calls, ({ name }) => name.split(' ')[0] ?? '');
  const outages = groupedBy(evidence.outages, ({ what, how }) => `${what} ${how}`);
  return [
    ...section(
      'calls',
      [...calls].map(([protocol, all]) => [protocol, answers(all.map(({ status }) => status))]),
    ),
    ...section(
      'faults',
      [...outages].map(([name, all]) => [name, `${all.length}, ${seconds(all)} s in all`]),
    ),
    ...section(
      'proven',
      Object.entries(found).map(([name, { looked, violations }]) => [name, verdict(looked, violations)]),
    ),
    ...Object.entries(found).flatMap(([name, { violations }]) =>
      violations.slice(0, 20).map((each) => `  ${name}: ${each}`),
    ),
  ].join('\n');
}

function section(title: string, rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['', title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)];
}

function answers(statuses: (number | undefined)[]): string {
  const counts = groupedBy(statuses, (status) =>
    status === undefined ? 'no answer' : `${Math.floor(status / 100)}xx`,
  );
  const parts = [...counts].sort(([one], [other]) => one.localeCompare(other));
  return `${statuses.length}: ${parts.map(([name, all]) => `${all.length} ${name}`).join(', ')}`;
}

function seconds(outages: { from: number; to: number }[]): string {
  return (outages.reduce((sum, { from, to }) => sum + to - from, 0) / 1000).toFixed(1);
}

function verdict(looked: number, violations: string[]): string {
  return violations.length ? `VIOLATED, ${violations.length} of ${looked}` : `yes, of ${looked}`;
}

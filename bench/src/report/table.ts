import type { ContenderName } from '../contenders/contender.js';
import type { Round } from '../operations/measure.js';
import type { OperationResult, Results } from './results.js';
import { figure, ratio, type Figure } from './statistics.js';

const of = (rounds: Round[], name: keyof Round) => rounds.map((round) => round[name] as number);

/** How many times as many requests one takes as another, round by round. */
export function throughputRatio(
  { rounds }: OperationResult,
  one: ContenderName,
  other: ContenderName,
): Figure | undefined {
  const [own, others] = [rounds[one], rounds[other]];
  return own && others && ratio(of(own, 'perSecond'), of(others, 'perSecond'));
}

/** The table of a run, as text. `before`: the figures of the release before this one. */
export function tableOf(results: Results, before?: Results): string {
  const lines = results.operations.flatMap((operation) => [
    [operation.title, '', '', '', '', '', ''],
    ...(Object.entries(operation.rounds) as [ContenderName, Round[]][]).map(([name, rounds]) =>
      row(operation, name, rounds),
    ),
    ...slide(operation, before),
  ]);
  const head = ['', 'a second', 'p50 ms', 'p99 ms', 'CPU ms', 'Postgres ms', 'countersign is'];
  return columns([head, ...lines]);
}

function row(operation: OperationResult, name: ContenderName, rounds: Round[]): string[] {
  const median = (field: keyof Round) => figure(of(rounds, field)).median;
  const times = name === 'countersign' ? undefined : throughputRatio(operation, 'countersign', name);
  return [
    `  ${name}`,
    median('perSecond').toFixed(0),
    median('p50').toFixed(1),
    median('p99').toFixed(1),
    median('processCpu').toFixed(2),
    rounds[0]?.postgresCpu === undefined ? '–' : median('postgresCpu').toFixed(2),
    times ? `${spread(times)} ×` : `${operation.roundTrips.toFixed(1)} round trips`,
  ];
}

/** The same ratio in the release before, which another machine or another day may have measured: only a ratio can be compared. */
function slide(operation: OperationResult, before?: Results): string[][] {
  const then = before?.operations.find(({ name }) => name === operation.name);
  const times = then && throughputRatio(then, 'countersign', then.base);
  return times ? [[`  (${before?.version})`, '', '', '', '', '', `${spread(times)} × ${then.base}`]] : [];
}

export const spread = ({ median, least, greatest }: Figure) =>
  `${median.toFixed(2)} (${least.toFixed(2)}–${greatest.toFixed(2)})`;

function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((cells) => (i === 0 && !cells[1] ? 0 : (cells[i] ?? '').length))),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (i === 0 || i === 6 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

import type { Finding, ImportCounts } from '@app/administration';
import type { Answer } from './answer.js';

const BAR = 24;

/** How far it is: `[######                  ]  25 %  250,000 lines, 249,990 accounts`. */
export function progressLine(share: number, { line, created }: ImportCounts): string {
  const done = Math.min(1, share);
  const bar = '#'.repeat(Math.round(done * BAR)).padEnd(BAR);
  return `[${bar}] ${String(Math.round(done * 100)).padStart(3)} %  ${line} lines, ${created} accounts`;
}

export function findingView(finding: Finding, json: boolean): string {
  const { line, what, reason } = finding;
  return json ? JSON.stringify({ line, what, reason }) : `line ${line} ${what}: ${reason}`;
}

/** `exitCode`: where something was found. */
export function importView(
  { created, present, doubled, refused, ...of }: ImportCounts & { id?: string; resumedAt?: number },
  { isDone, exitCode }: { isDone: boolean; exitCode: number },
): Answer {
  const counts = `${created} ${isDone ? 'accounts are made' : 'accounts would be made'}, ${present} ${
    isDone ? 'were' : 'are'
  } here already, ${doubled} doubled, ${refused} refused.`;
  const resumed = of.resumedAt ? [`It went on behind line ${of.resumedAt}.`] : [];
  const next = isDone ? [] : ['Nothing is changed: --apply brings them along.'];
  return {
    lines: [...resumed, counts, ...next],
    json: { import: of.id, created, present, doubled, refused, resumedAt: of.resumedAt },
    exitCode: doubled + refused > 0 ? exitCode : 0,
  };
}

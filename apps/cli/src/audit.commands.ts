import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { count } from '@app/administration';
import type { AuditFilter, AuditRow } from '@app/audit';
import { firstIdAt, isId } from '@app/kernel';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ACCOUNT } from './arguments.js';
import { auditLine } from './audit.presenter.js';
import { example } from './example.js';
import type { Operator } from './operate.js';
import type { Shell } from './shell.js';
import { written } from './terminal.js';

interface Given {
  account?: string;
  event?: string;
  protocol?: string;
  since?: Date;
}
type Tail = Given & { lines: number; follow: boolean };
type Export = Given & { until?: Date; after?: string; output?: string };

/** Nothing is older. */
const BEGINNING = '0';

export function auditCommands(program: Command, shell: Shell): void {
  const group = program.command('audit').description('read what happened, and who did it');
  const tail = filtered(group.command('tail'))
    .description('print the newest records, and each one that comes, until it is stopped')
    .addOption(
      new Option('--lines <number>', 'how many to begin with; none with --since')
        .argParser(lines)
        .default(10),
    )
    .option('--no-follow', 'print what is there, and end')
    .addHelpText('after', example('audit tail --account anna@example.com', 'audit tail --json --event code'));
  tail.action((given: Tail) => shell.stream((operator) => tailOf(shell, operator, given)));
  const all = filtered(group.command('export'))
    .description('write all records as lines of JSON, the oldest first, up to a minute ago')
    .addOption(new Option('--until <time>', 'before that moment').argParser(time))
    .addOption(new Option('--after <id>', 'where an export before has ended').argParser(cursor))
    .option('--output <file>', 'append to this file, instead of standard output')
    .addHelpText('after', example('audit export --since 2026-01-01 --output audit.jsonl'));
  all.action((given: Export) => shell.stream((operator) => exportOf(shell, operator, given)));
}

function filtered(command: Command): Command {
  return command
    .option('--account <account>', `of this account: ${ACCOUNT}`)
    .option('--event <event>', 'of this event, or of all that begin with it: code, code.verify')
    .option('--protocol <name>', 'navixy, docspace, yat, wacht, dfns, cli or console')
    .addOption(
      new Option('--since <time>', 'from that moment on: 2026-01-31, 2026-01-31T12:00Z').argParser(time),
    );
}

async function filterOf({ accounts }: Operator, { account, event, protocol }: Given): Promise<AuditFilter> {
  const accountId = account === undefined ? undefined : (await accounts.find(account)).id;
  return { accountId, event, protocol };
}

async function tailOf(shell: Shell, operator: Operator, given: Tail): Promise<void> {
  const { audit, call } = operator;
  const filter = await filterOf(operator, given);
  const say = (row: AuditRow) => shell.line(shell.json ? JSON.stringify(row) : auditLine(row));
  const newest = given.since ? [] : await audit.newest(given.lines, filter);
  for (const row of newest) await say(row);
  const stopped = given.follow ? shell.terminal.stopped?.() : undefined;
  const since = given.since ?? call.now;
  const known = new Set(newest.map(({ id }) => id));
  if (given.follow) {
    const following = audit.follow(since, filter, stopped ?? new AbortController().signal);
    for await (const row of following) if (!known.has(row.id)) await say(row);
  } else if (given.since) {
    const pages = audit.pages(before(firstIdAt(since)), call.now, filter);
    for await (const { rows } of pages) for (const row of rows) await say(row);
  }
}

async function exportOf(shell: Shell, operator: Operator, given: Export): Promise<void> {
  const { audit } = operator;
  const settled = audit.settled();
  const until = given.until && given.until < settled ? given.until : settled;
  const since = given.since ? before(firstIdAt(given.since)) : BEGINNING;
  const after = given.after && BigInt(given.after) > BigInt(since) ? given.after : since;
  const file = given.output === undefined ? undefined : createWriteStream(given.output, { flags: 'a' });
  // What goes wrong is said by the write.
  file?.on('error', () => undefined);
  const write = (text: string) => (file ? written(file, text) : shell.terminal.out(text));
  const progress = shell.progress();
  let [exported, at] = [0, after];
  const told = () => `${count(exported, 'record')} exported; --after ${at} goes on from here`;
  for await (const { rows, cursor: reached } of audit.pages(after, until, await filterOf(operator, given))) {
    if (rows.length) await write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    [exported, at] = [exported + rows.length, reached];
    progress(told());
  }
  if (file) await once(file.end(), 'finish');
  shell.note(`${told()}.`);
}

/** The id before it: a page begins after an id. */
function before(id: string): string {
  return String(BigInt(id) - 1n);
}

function time(text: string): Date {
  const at = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError('has to be a moment such as 2026-01-31 or 2026-01-31T12:00:00Z.');
}

function cursor(text: string): string {
  if (isId(text)) return text;
  throw new InvalidArgumentError('has to be the id of a record, as an export prints it at its end.');
}

function lines(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('has to be a whole number up to 99999.');
}

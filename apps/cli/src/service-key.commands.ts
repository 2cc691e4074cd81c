import { type CreatedServiceKey, instant, only } from '@app/administration';
import { isServiceScope, SERVICE_SCOPES, type ServiceKeyEntity, type ServiceScope } from '@app/service-keys';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { table, type Answer } from './answer.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

const NAME = /^[a-z\d][a-z\d._-]{0,63}$/;
const SPAN = /^([1-9]\d{0,4})([hdwy])$/;
const SECONDS = { h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
/** Ten years: a key that outlives whoever made it is nobody's. */
const LONGEST_SECONDS = 10 * SECONDS.y;

/** Keys by which services behind this one are known. */
export function serviceKeyCommands(keys: Command, shell: Shell): void {
  const group = keys.command('service').description('look after the keys of services behind this one');
  group
    .command('create')
    .description('make a key, and print it this once')
    .argument('<name>', 'whose key it is: a-z, 0-9, and . _ - between them', name)
    .addOption(
      new Option('--scope <scope...>', `what it is good for: ${Object.keys(SERVICE_SCOPES).join(', ')}`)
        .argParser(scopes)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--expires <time>', 'how long it is good: 12h, 90d, 26w, 1y')
        .argParser(span)
        .default(SECONDS.y, '1y'),
    )
    .addHelpText('after', example('keys service create billing --scope introspect --expires 90d'))
    .action((named: string, given: { scope: ServiceScope[]; expires: number }) =>
      shell.operate(async ({ serviceKeys, call }) => {
        const request = { name: named, scopes: given.scope, lifeSeconds: given.expires };
        const created = await serviceKeys.create(call, request);
        const unwritten = async () => {
          await serviceKeys.undoCreate(call, created);
          return 'The key is not made.';
        };
        return { ...createdView(created), unwritten };
      }),
    );
  group
    .command('list')
    .description('print all keys, the newest first, and when each was last used')
    .addHelpText('after', example('keys service list'))
    .action(() =>
      shell.operate(async ({ serviceKeys, call }) => listView(await serviceKeys.list(), call.now)),
    );
  group
    .command('revoke')
    .description('end a key at once')
    .argument('<key>', 'its name or id')
    .addHelpText('after', example('keys service revoke billing'))
    .action((named: string) =>
      shell.operate(async ({ serviceKeys, call }) => {
        const revoked = await serviceKeys.revoke(call, named);
        return { lines: [`The key ${revoked} is revoked.`], json: { revoked } };
      }),
    );
}

function createdView({ id, name, scopes, expiresAt, key }: CreatedServiceKey): Answer {
  const lines = [
    ...table([
      ['id', id],
      ['name', name],
      ['scopes', scopes.join(', ')],
      ['until', instant(expiresAt)],
      ['key', key],
    ]),
    'It is nowhere stored, and not shown again.',
  ];
  return { lines, json: { id, name, scopes, expiresAt, key } };
}

/** Everything about a key but its hash. */
function listView(keys: ServiceKeyEntity[], now: Date): Answer {
  const listed = keys.map((key) => ({
    ...only(key, 'id', 'name', 'scopes', 'createdAt', 'expiresAt', 'lastUsedOn', 'revokedAt'),
    state: stateOf(key, now),
  }));
  const lines = listed.flatMap((key, index) => [
    ...(index ? [''] : []),
    ...table([
      ['id', key.id],
      ['name', key.name],
      ['scopes', key.scopes.join(', ')],
      ['state', key.state],
      ['since', instant(key.createdAt)],
      ['until', instant(key.revokedAt ?? key.expiresAt)],
      ['last used', key.lastUsedOn],
    ]),
  ]);
  return { lines: lines.length ? lines : ['No keys.'], json: { keys: listed } };
}

function stateOf({ revokedAt, expiresAt }: ServiceKeyEntity, now: Date): 'good' | 'expired' | 'revoked' {
  if (revokedAt) return 'revoked';
  return expiresAt <= now ? 'expired' : 'good';
}

function name(text: string): string {
  if (NAME.test(text) && /\D/.test(text)) return text;
  throw new InvalidArgumentError(
    'has to have 1 to 64 characters of a-z, 0-9 and . _ -, begin with a letter or digit, and be no number.',
  );
}

function scopes(text: string, before: ServiceScope[] = []): ServiceScope[] {
  if (!isServiceScope(text))
    throw new InvalidArgumentError(`has to be one of ${Object.keys(SERVICE_SCOPES).join(', ')}.`);
  return [...new Set([...before, text])];
}

function span(text: string): number {
  const [, count, unit] = SPAN.exec(text) ?? [];
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  if (seconds <= LONGEST_SECONDS) return seconds;
  throw new InvalidArgumentError('has to be a time such as 12h, 90d, 26w or 1y, of ten years at most.');
}

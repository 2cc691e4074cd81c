import { count } from '@app/administration';
import type { Command } from 'commander';
import { ACCOUNT } from './arguments.js';
import { example } from './example.js';
import { NewFile } from './new-file.js';
import type { Operator } from './operate.js';
import type { Shell } from './shell.js';
import { UsageError } from './usage-error.js';

interface Given {
  personal?: true;
  withSecrets?: true;
  output?: string;
}

export function exportCommand(group: Command, shell: Shell): void {
  group
    .command('export')
    .description(
      'write people as lines of JSON that `account import` reads, or all that is kept about one of them',
    )
    .argument('[account]', `of this one alone: ${ACCOUNT}`)
    .option('--personal', 'for the person: everything that is kept about them, and no secret')
    .option('--with-secrets', 'with verifiers of passwords, authenticators and backup codes; needs --output')
    .option('--output <file>', 'to this new file, which its owner alone may read, instead of standard output')
    .addHelpText(
      'after',
      example(
        'account export --with-secrets --output people.jsonl',
        'account export anna@example.com --personal --output anna.json',
      ),
    )
    .action((named: string | undefined, given: Given) => {
      refuseMisuse(named, given);
      return shell.stream((operator) =>
        given.personal
          ? personal(shell, operator, named ?? '', given)
          : people(shell, operator, named, given),
      );
    });
}

function refuseMisuse(named: string | undefined, { personal, withSecrets, output }: Given): void {
  if (personal && named === undefined) throw new UsageError('--personal is about one account: name it.');
  if (personal && withSecrets) throw new UsageError('--personal has no secrets.');
  if (withSecrets && output === undefined)
    throw new UsageError('Secrets go to a file that its owner alone may read: name one with --output.');
}

async function people(
  shell: Shell,
  operator: Operator,
  named: string | undefined,
  given: Given,
): Promise<void> {
  const { accounts, peopleExport, call } = operator;
  const accountId = named === undefined ? undefined : (await accounts.find(named)).id;
  const progress = shell.progress();
  let exported = 0;
  const told = () => `${count(exported, 'account')} exported`;
  await NewFile.written(given.output, shell.terminal, async (write) => {
    await peopleExport.run(call, { accountId, secrets: given.withSecrets ?? false }, async (batch) => {
      await write(batch.map((person) => `${JSON.stringify(person)}\n`).join(''));
      exported += batch.length;
      progress(told());
    });
  });
  shell.note(`${told()}.`);
}

async function personal(shell: Shell, operator: Operator, named: string, given: Given): Promise<void> {
  const { accounts, personalData, call } = operator;
  const account = await accounts.find(named);
  await NewFile.written(given.output, shell.terminal, async (write) =>
    write(`${JSON.stringify(await personalData.of(call, account), undefined, 2)}\n`),
  );
}

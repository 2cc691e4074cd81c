import { OperatorError } from '@app/administration';
import type { Command } from 'commander';
import { deletionView, doneView } from './account.presenter.js';
import { ACCOUNT } from './arguments.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

export function deletionCommands(group: Command, shell: Shell): void {
  deleteCommand(group, shell);
  restoreCommand(group, shell);
}

function deleteCommand(group: Command, shell: Shell): void {
  group
    .command('delete')
    .description(
      'shut an account, and delete it with all that is kept of it when DELETION_DELAY_SECONDS are over',
    )
    .argument('<account>', ACCOUNT)
    .option('--now', 'delete it at once: nobody can restore it')
    .addHelpText('after', example('account delete anna@example.com'))
    .action((named: string, { now = false }: { now?: boolean }) =>
      shell.operate(async ({ accounts, deletion, call }) => {
        const account = await accounts.find(named);
        const asked = await deletion.ask(call, account.id, now ? 0 : undefined);
        if (!asked)
          throw new OperatorError('The account is to be deleted already: `account show` says when.');
        return deletionView(account, asked, call.now);
      }),
    );
}

function restoreCommand(group: Command, shell: Shell): void {
  group
    .command('restore')
    .description('keep an account that is to be deleted; its owner has to sign in again')
    .argument('<account>', ACCOUNT)
    .addHelpText('after', example('account restore anna@example.com'))
    .action((named: string) =>
      shell.operate(async ({ accounts, deletion, call }) => {
        const account = await accounts.find(named).catch(sayWhyNone);
        const restored = await deletion.restore(call, account.id);
        if (!restored) throw new OperatorError('The account is not to be deleted.');
        const open = 'The account stays, and is open again.';
        return doneView(
          account,
          restored === 'open' ? open : 'The account stays, and is disabled as before.',
        );
      }),
    );
}

function sayWhyNone(error: unknown): never {
  if (!(error instanceof OperatorError)) throw error;
  throw new OperatorError(`${error.message} What is deleted cannot be restored.`);
}

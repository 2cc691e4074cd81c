import type { Command } from 'commander';
import { example } from './example.js';
import { nameCheckView } from './name.presenter.js';
import type { Shell } from './shell.js';

/** Which names have to be looked at after an update. */
export function nameCommands(group: Command, shell: Shell): void {
  group
    .command('check')
    .description(
      'list the names that could not be had today or would be written otherwise; exit code 3 when there are any',
    )
    .option('--fix', 'write addresses as they are written today, where no other account has the mailbox')
    .addHelpText('after', example('account check', 'account check --fix'))
    .action(({ fix = false }: { fix?: boolean }) =>
      shell.operate(async ({ names, call }) => nameCheckView(await names.check(call, fix, shell.progress()))),
    );
}

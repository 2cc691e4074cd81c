import type { Command } from 'commander';
import { ACCOUNT } from './arguments.js';
import { historyView } from './attempt.presenter.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

export function attemptCommands(program: Command, shell: Shell): void {
  program
    .command('attempt')
    .description('look up what became of sign-ins')
    .command('explain')
    .description(
      'say what became of an attempt, or of the newest ones of an account, its messages and what was tried',
    )
    .argument('<attempt or account>', `the id of an attempt; or of an account ${ACCOUNT}`)
    .addHelpText('after', example('attempt explain 123456789012345678', 'attempt explain anna@example.com'))
    .action((named: string) =>
      shell.operate(async ({ attempts, call }) => historyView(await attempts.history(named), call.now)),
    );
}

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
      'say what became of a message by its reference, of an attempt, or of the newest ones of an account, and what was tried',
    )
    .argument(
      '<reference, attempt or account>',
      `the reference of a message; the id of an attempt; or of an account ${ACCOUNT}`,
    )
    .addHelpText(
      'after',
      example(
        'attempt explain K7QZ2M4X',
        'attempt explain 123456789012345678',
        'attempt explain anna@example.com',
      ),
    )
    .action((named: string) =>
      shell.operate(async ({ attempts, call }) => historyView(await attempts.history(named), call.now)),
    );
}

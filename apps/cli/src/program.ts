import { readEnvironment, type Config } from '@app/config';
import { Command } from 'commander';
import { accountCommands } from './account.commands.js';
import { attemptCommands } from './attempt.commands.js';
import { auditCommands } from './audit.commands.js';
import { completionCommand } from './completion/completion.command.js';
import { keysCommands } from './keys.commands.js';
import { migrateCommand } from './migrate.command.js';
import { refusalOf } from './refusal.js';
import { operatorCommands } from './operator.commands.js';
import { sessionCommands } from './session.commands.js';
import { Shell } from './shell.js';
import { templateCommands } from './template.commands.js';
import type { Terminal } from './terminal.js';

const JSON_FLAG = '--json';

/**
 * Runs one command and answers its exit code: 0 done, 1 refused, 2 a command line that cannot be meant, 3 something was found. Never throws.
 * `argv`: without the program's own name.
 */
export async function run(
  argv: string[],
  terminal: Terminal,
  readConfig: () => Config = readEnvironment,
): Promise<number> {
  // A command line that cannot be parsed is complained of in the asked form too.
  const shell = new Shell(terminal, argv.includes(JSON_FLAG), readConfig);
  try {
    await createProgram(shell).parseAsync(argv, { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    const refusal = refusalOf(error) ?? (await shell.writing.then(() => undefined, refusalOf));
    if (refusal) shell.complain(refusal);
    return refusal?.exitCode ?? 0;
  }
}

function createProgram(shell: Shell): Command {
  const program = new Command('npm run cli --')
    .description('What an operator does with Countersign.')
    .option(JSON_FLAG, 'answer with one JSON object, complain with {"error": …}')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: shell.helpAsked, writeErr: shell.help, outputError: () => undefined })
    .exitOverride();
  accountCommands(program, shell);
  sessionCommands(program, shell);
  attemptCommands(program, shell);
  keysCommands(program, shell);
  auditCommands(program, shell);
  operatorCommands(program, shell);
  templateCommands(program, shell);
  migrateCommand(program, shell);
  completionCommand(program, shell);
  return program;
}

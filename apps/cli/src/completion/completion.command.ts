import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { example } from '../example.js';
import type { Shell } from '../shell.js';
import { bash } from './bash.js';
import { fish } from './fish.js';
import { wordsOf } from './words.js';
import { zsh } from './zsh.js';

const SCRIPTS = { bash, zsh, fish };

/** The script with which a shell completes the commands: made of the program itself, so that none is missing. */
export function completionCommand(program: Command, shell: Shell): void {
  program
    .command('completion')
    .description('print what completes these commands in a shell')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(Object.keys(SCRIPTS)))
    .addOption(
      new Option('--name <name>', 'how you call this program, an alias perhaps')
        .argParser(name)
        .default('countersign'),
    )
    .addHelpText('after', example('completion bash > ~/.local/share/bash-completion/completions/countersign'))
    .action(async (kind: keyof typeof SCRIPTS, { name: called }: { name: string }) => {
      const script = SCRIPTS[kind](called, wordsOf(program));
      await shell.answer({ lines: script.trimEnd().split('\n'), json: { script } });
    });
}

function name(text: string): string {
  if (/^[a-z][\w-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('has to be the name of a command: letters, digits, - and _.');
}

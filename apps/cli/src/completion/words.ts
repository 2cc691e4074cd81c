import type { Command } from 'commander';

/** What can follow once these words stand on the line: `account create`. */
export interface Place {
  at: string;
  commands: { word: string; description: string }[];
  options: { word: string; description: string; takesValue: boolean }[];
}

/** Every place of the program, the empty one first. */
export function wordsOf(program: Command): Place[] {
  const places: Place[] = [];
  const global = program.options.map(optionOf);
  const visit = (command: Command, at: string): void => {
    const subcommands = command.commands.filter((each) => each.name() !== 'help');
    const commands = subcommands.map((each) => ({ word: each.name(), description: each.description() }));
    const own = command === program ? [] : command.options.map(optionOf);
    const help = { word: '--help', description: 'what it does, and how', takesValue: false };
    places.push({ at, commands, options: [...own, ...global, help] });
    for (const each of subcommands) visit(each, `${at} ${each.name()}`.trim());
  };
  visit(program, '');
  return places;
}

function optionOf({
  long,
  short,
  description,
  required,
  optional,
}: Command['options'][number]): Place['options'][number] {
  return { word: long ?? short ?? '', description, takesValue: required || optional };
}

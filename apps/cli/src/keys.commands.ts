import { instant } from '@app/administration';
import type { Rotation } from '@app/tokens';
import type { Command } from 'commander';
import type { Answer } from './answer.js';
import { example } from './example.js';
import { ringCommands } from './ring.commands.js';
import { serviceKeyCommands } from './service-key.commands.js';
import type { Shell } from './shell.js';

export function keysCommands(program: Command, shell: Shell): void {
  const group = program
    .command('keys')
    .description('look after the keys that sign access tokens, those of services, and the key ring');
  ringCommands(group, shell);
  serviceKeyCommands(group, shell);
  group
    .command('rotate')
    .description(
      'publish a new signing key, which signs ten minutes later; tokens stay good until they expire',
    )
    .option('--compromised', 'sign with the new key now, and refuse every token that was signed before')
    .addHelpText('after', example('keys rotate', 'keys rotate --compromised'))
    .action(({ compromised = false }: { compromised?: boolean }) =>
      shell.operate(async ({ keys, call }) =>
        rotationView(await keys.rotate(call, compromised), compromised),
      ),
    );
}

function rotationView({ kid, signsFrom, goodUntil }: Rotation, compromised: boolean): Answer {
  const lines = compromised
    ? [
        `The key ${kid} signs now.`,
        'Tokens signed before are refused: here within a minute, elsewhere when the published keys are fetched again.',
      ]
    : [
        `The key ${kid} is published, and signs from ${instant(signsFrom)}.`,
        `The key before it goes at ${instant(goodUntil)}, when its last token has expired.`,
      ];
  return { lines, json: { kid, signsFrom, goodUntil } };
}

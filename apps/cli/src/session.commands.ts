import { count } from '@app/administration';
import type { Command } from 'commander';
import type { Answer } from './answer.js';
import { ACCOUNT } from './arguments.js';
import { example } from './example.js';
import type { Operator } from './operate.js';
import { sessionsView } from './session.presenter.js';
import type { Shell } from './shell.js';

export function sessionCommands(program: Command, shell: Shell): void {
  const group = program.command('session').description('look at sessions and end them');
  group
    .command('list')
    .description('print the live sessions of an account, the newest first')
    .argument('<account>', ACCOUNT)
    .addHelpText('after', example('session list anna@example.com'))
    .action((named: string) =>
      shell.operate(async ({ accounts, sessions, call }) => {
        const account = await accounts.find(named);
        return sessionsView(await sessions.live(account, call.now));
      }),
    );
  group
    .command('revoke')
    .description('end one session, or every session of an account')
    .argument('<session or account>', `the id of a session; or of an account ${ACCOUNT}`)
    .addHelpText('after', example('session revoke 123456789012345678', 'session revoke anna@example.com'))
    .action((named: string) => shell.operate((operator) => revoke(operator, named)));
}

/** Ids of sessions and accounts come from one series: none means both. */
async function revoke({ accounts, sessions, call }: Operator, named: string): Promise<Answer> {
  if (await sessions.revoke(call, named))
    return { lines: ['The session is ended.'], json: { sessionsEnded: 1 } };
  const { id } = await accounts.find(named, 'No live session and no account');
  const sessionsEnded = await sessions.revokeAll(call, id);
  return { lines: [`${count(sessionsEnded, 'session')} ended.`], json: { sessionsEnded } };
}

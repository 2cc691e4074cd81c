import type { Command } from 'commander';
import { doneView } from './account.presenter.js';
import { ACCOUNT, reference } from './arguments.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

const PROVIDER = 'its name in OIDC_PROVIDERS';

/** By which identity providers an account is opened; `account show` lists them. */
export function identityCommands(group: Command, shell: Shell): void {
  group
    .command('link')
    .description('let an identity of a provider open the account (docspace)')
    .argument('<account>', ACCOUNT)
    .argument('<provider>', PROVIDER, reference)
    .argument('<subject>', 'whom the provider means: its claim `sub`', reference)
    .addHelpText('after', example('account link anna@example.com acme 24400320'))
    .action((named: string, provider: string, subject: string) =>
      shell.operate(async ({ accounts, identities, call }) => {
        const account = await accounts.find(named);
        await identities.link(call, account, provider, subject);
        return doneView(account, 'The identity opens the account from now on.');
      }),
    );
  group
    .command('unlink')
    .description('let the identity of a provider open the account no more (docspace)')
    .argument('<account>', ACCOUNT)
    .argument('<provider>', PROVIDER, reference)
    .addHelpText('after', example('account unlink anna@example.com acme'))
    .action((named: string, provider: string) =>
      shell.operate(async ({ accounts, identities, call }) => {
        const account = await accounts.find(named);
        await identities.unlink(call, account, provider);
        return doneView(
          account,
          'The identity opens the account no more. Its sessions stay: see session revoke.',
        );
      }),
    );
}

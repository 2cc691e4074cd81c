import type { InvitationRequest } from '@app/administration';
import type { SecondFactor } from '@app/accounts';
import { Option, type Command } from 'commander';
import { mailedKeyView } from './account.presenter.js';
import { ACCOUNT, email, language, phone, reference, secondFactor, username } from './arguments.js';
import { example } from './example.js';
import type { Shell } from './shell.js';
import { requireSpoken } from './spoken-language.js';
import { UsageError } from './usage-error.js';

type Given = Omit<InvitationRequest, 'orgId' | 'tenantId'> & { org?: string; tenant?: string };

const FACTORS: SecondFactor[] = ['none', 'sms', 'totp'];
const options = [
  new Option('--email <address>', 'e-mail address, where the key goes')
    .argParser(email)
    .makeOptionMandatory(),
  new Option('--username <name>', 'user name').argParser(username),
  new Option('--phone <number>', 'phone number with its country code').argParser(phone),
  new Option('--org <id>', 'organisation').argParser(reference),
  new Option('--tenant <id>', 'tenant').argParser(reference),
  new Option('--language <tag>', 'language of mails and texts').argParser(language).default('en'),
  new Option(
    '--second-factor <factor>',
    `${FACTORS.join(', ')}; whoever uses the key sets it up, unless it is texts and you gave the number`,
  )
    .argParser(secondFactor)
    .default('none'),
];

/** Keys by mail, for docspace clients. */
export function mailedKeyCommands(account: Command, shell: Shell): void {
  const invite = account
    .command('invite')
    .description('make an account that waits for its owner, and mail its first key (docspace)')
    .addHelpText('after', example('account invite --email anna@example.com --second-factor totp'));
  for (const option of options) invite.addOption(option);
  invite.action(async ({ org, tenant, ...given }: Given) => {
    if (!FACTORS.includes(given.secondFactor))
      throw new UsageError('The key comes by mail: the mailbox cannot be the second factor as well.');
    await shell.operate(async ({ mailedKeys, speeches, call }) => {
      requireSpoken(speeches, given.language);
      return mailedKeyView(await mailedKeys.invite(call, { ...given, orgId: org, tenantId: tenant }));
    });
  });
  account
    .command('mail-key')
    .description('mail a key that signs in once, in the place of any before (docspace)')
    .argument('<account>', ACCOUNT)
    .addHelpText('after', example('account mail-key anna@example.com'))
    .action((named: string) =>
      shell.operate(async ({ accounts, mailedKeys, call }) =>
        mailedKeyView(await mailedKeys.send(call, await accounts.find(named))),
      ),
    );
}

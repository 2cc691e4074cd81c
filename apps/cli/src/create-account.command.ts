import { type AccountRequest, missingFor } from '@app/administration';
import { SECOND_FACTORS } from '@app/accounts';
import { Option, type Command } from 'commander';
import { createdView } from './account.presenter.js';
import { email, language, phone, reference, secondFactor, username } from './arguments.js';
import { example } from './example.js';
import { readPassword, readPasswordHash } from './password.js';
import type { Shell } from './shell.js';
import { requireSpoken } from './spoken-language.js';
import { UsageError } from './usage-error.js';

type Given = Omit<AccountRequest, 'orgId' | 'tenantId' | 'password'> & {
  org?: string;
  tenant?: string;
  passwordStdin?: true;
  passwordHashStdin?: true;
};

const options = [
  new Option('--email <address>', 'e-mail address').argParser(email),
  new Option('--username <name>', 'user name').argParser(username),
  new Option('--phone <number>', 'phone number with its country code').argParser(phone),
  new Option('--org <id>', 'organisation').argParser(reference),
  new Option('--tenant <id>', 'tenant').argParser(reference),
  new Option('--language <tag>', 'language of mails and texts').argParser(language).default('en'),
  new Option('--second-factor <factor>', SECOND_FACTORS.join(', ')).argParser(secondFactor).default('none'),
  new Option('--password-stdin', 'read the password from standard input'),
  new Option(
    '--password-hash-stdin',
    'read what another system made of the password (docs/operations/import.md)',
  ).conflicts('passwordStdin'),
];

export function createAccountCommand(account: Command, shell: Shell): void {
  const command = account
    .command('create')
    .description('make an activated account; prints its id and, for an authenticator, the otpauth:// URI')
    .addHelpText(
      'after',
      example(
        'account create --email anna@example.com --second-factor email --password-stdin',
        'account create --email anna@example.com --password-hash-stdin < bcrypt.txt',
      ),
    );
  for (const option of options) command.addOption(option);
  command.action(async ({ org, tenant, ...given }: Given) => {
    requireNames(given);
    const password = await passwordOf(given, shell);
    await shell.operate(async ({ accounts, speeches, call }) => {
      requireSpoken(speeches, given.language);
      const created = await accounts.create(call, { ...given, orgId: org, tenantId: tenant, password });
      const unwritten = async () => {
        await accounts.undoCreate(call, created.id);
        return 'The account is not made.';
      };
      return { ...createdView(created), unwritten };
    });
  });
}

async function passwordOf({ passwordStdin, passwordHashStdin }: Given, { terminal }: Shell) {
  if (passwordHashStdin) return { verifier: await readPasswordHash(terminal) };
  if (passwordStdin) return readPassword(terminal);
  throw new UsageError('An account needs --password-stdin or --password-hash-stdin.');
}

function requireNames(given: Given): void {
  const { email, username, phone, secondFactor } = given;
  if (!email && !username && !phone) throw new UsageError('An account needs --email, --username or --phone.');
  const missing = missingFor(secondFactor, given);
  if (missing) throw new UsageError(`The second factor ${secondFactor} needs ${missing}.`);
}

import { OperatorError } from '@app/administration';
import { SECOND_FACTORS, type AccountEntity, type SecondFactor } from '@app/accounts';
import type { Command } from 'commander';
import { accountImportCommand } from './account-import.command.js';
import { accountView, disabledView, doneView, passwordView, secondFactorView } from './account.presenter.js';
import type { Answer } from './answer.js';
import { ACCOUNT, phoneOrNone, secondFactor } from './arguments.js';
import { deletionCommands } from './account-delete.command.js';
import { exportCommand } from './account-export.command.js';
import { createAccountCommand } from './create-account.command.js';
import { example } from './example.js';
import { identityCommands } from './identity.commands.js';
import { nameCommands } from './name.commands.js';
import { mailedKeyCommands } from './mailed-key.commands.js';
import type { Operator } from './operate.js';
import { readPassword } from './password.js';
import type { Shell } from './shell.js';

type Deed = (operator: Operator, account: AccountEntity) => Promise<Answer>;

export function accountCommands(program: Command, shell: Shell): void {
  const group = program.command('account').description('make, look at and change accounts');
  const add = (name: string, description: string, deed: Deed) => {
    const command = group.command(name).description(description).argument('<account>', ACCOUNT);
    command.addHelpText('after', example(`account ${name} anna@example.com`));
    command.action((named: string) =>
      shell.operate(async (operator) => deed(operator, await operator.accounts.find(named))),
    );
  };
  createAccountCommand(group, shell);
  accountImportCommand(group, shell);
  mailedKeyCommands(group, shell);
  add('show', 'print an account, and what keeps its owner out', show);
  add('disable', 'shut an account and end its sessions in all protocols', disable);
  add('enable', 'open an account again', enable);
  deletionCommands(group, shell);
  exportCommand(group, shell);
  add('unlock', 'forget wrong passwords and wrong codes, and that messages to it came back', unlock);
  add('stop-recovery', 'stop a recovery that waits for its time', stopRecovery);
  secondFactorCommand(group, shell);
  phoneCommand(group, shell);
  passwordCommand(group, shell);
  identityCommands(group, shell);
  nameCommands(group, shell);
}

async function show({ state, identities, call }: Operator, account: AccountEntity): Promise<Answer> {
  return accountView(account, await state.of(account, call.now), await identities.of(account.id));
}

async function disable({ accounts, call }: Operator, account: AccountEntity): Promise<Answer> {
  return disabledView(account, await accounts.disable(call, account));
}

async function enable({ accounts, call }: Operator, account: AccountEntity): Promise<Answer> {
  await accounts.enable(call, account);
  return doneView(account, 'The account is enabled.');
}

async function unlock({ state, call }: Operator, account: AccountEntity): Promise<Answer> {
  await state.unlock(call, account);
  return doneView(account, 'Wrong passwords and wrong codes are forgotten.');
}

async function stopRecovery({ state, call }: Operator, account: AccountEntity): Promise<Answer> {
  if (!(await state.stopRecovery(call, account)))
    throw new OperatorError('No recovery of this account waits for its time.');
  return doneView(account, 'The recovery is stopped; the keys of the account stay as they are.');
}

function phoneCommand(group: Command, shell: Shell): void {
  group
    .command('phone')
    .description('set the phone of an account, with which its owner may sign in, or remove it')
    .argument('<account>', ACCOUNT)
    .argument('<number>', 'an international number such as +4915112345678, or none', phoneOrNone)
    .addHelpText('after', example('account phone anna@example.com +4915112345678'))
    .action((named: string, phone: string) =>
      shell.operate(async ({ accounts, call }) => {
        const account = await accounts.find(named);
        const none = phone === 'none';
        await accounts.changePhone(call, account, none ? null : phone);
        return doneView(account, none ? 'The account has no phone any more.' : `The phone is ${phone}.`);
      }),
    );
}

function passwordCommand(group: Command, shell: Shell): void {
  group
    .command('password')
    .description('give an account a new password, and end its sessions in all protocols')
    .argument('<account>', ACCOUNT)
    .requiredOption('--password-stdin', 'read the password from standard input')
    .addHelpText('after', example('account password anna@example.com --password-stdin'))
    .action(async (named: string) => {
      const password = await readPassword(shell.terminal);
      await shell.operate(async ({ accounts, call }) => {
        const account = await accounts.find(named);
        return passwordView(account, await accounts.changePassword(call, account, password));
      });
    });
}

function secondFactorCommand(group: Command, shell: Shell): void {
  group
    .command('second-factor')
    .description(
      'set what a sign-in asks for after the password; for an authenticator prints its otpauth:// URI',
    )
    .argument('<account>', ACCOUNT)
    .argument('<factor>', SECOND_FACTORS.join(', '), secondFactor)
    .addHelpText('after', example('account second-factor anna@example.com totp'))
    .action((named: string, factor: SecondFactor) =>
      shell.operate(async ({ accounts, call }) => {
        const account = await accounts.find(named);
        const changed = await accounts.changeSecondFactor(call, account, factor);
        const answer = secondFactorView(account, factor, changed);
        const again = 'The account has a new authenticator that nobody has seen: run the command again.';
        return factor === 'totp' ? { ...answer, unwritten: async () => again } : answer;
      }),
    );
}

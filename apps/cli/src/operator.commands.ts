import { instant, only, OperatorError } from '@app/administration';
import { isRole, ROLES, type OperatorEntity, type Role, type SentInvitation } from '@app/operators';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { table, type Answer } from './answer.js';
import { email } from './arguments.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

const EMAIL = 'their e-mail address';

/** Who may use the console. */
export function operatorCommands(program: Command, shell: Shell): void {
  const group = program.command('operator').description('look after who may use the console');
  inviteCommand(group, shell);
  group
    .command('list')
    .description('print all operators, and what each may do')
    .addHelpText('after', example('operator list'))
    .action(() => shell.operate(async ({ operators, call }) => listView(await operators.list(), call.now)));
  group
    .command('reset')
    .description('take both factors away, end all sessions, and print a new invitation')
    .argument('<email>', EMAIL, email)
    .addHelpText('after', example('operator reset anna@example.com'))
    .action((address: string) =>
      shell.operate(async ({ operators, call }) => {
        const sent = await operators.reset(call, address);
        if (!sent) throw nobody(address);
        return invitedView(sent);
      }),
    );
  group
    .command('remove')
    .description('remove an operator and end all their sessions')
    .argument('<email>', EMAIL, email)
    .addHelpText('after', example('operator remove anna@example.com'))
    .action((address: string) =>
      shell.operate(async ({ operators, call }) => {
        if (!(await operators.remove(call, address))) throw nobody(address);
        return { lines: [`${address} is no operator any more.`], json: { removed: address } };
      }),
    );
}

function inviteCommand(group: Command, shell: Shell): void {
  group
    .command('invite')
    .description('make an operator, and print the link by which they choose a password and an authenticator')
    .argument('<email>', EMAIL, email)
    .addOption(
      new Option('--role <role>', `what they may do: ${rolesInWords()}`)
        .argParser(role)
        .makeOptionMandatory(),
    )
    .addHelpText('after', example('operator invite anna@example.com --role admin'))
    .action((address: string, given: { role: Role }) =>
      shell.operate(async ({ operators, call }) => {
        const sent = await operators.invite(call, address, given.role);
        if (!sent)
          throw new OperatorError(
            `${address} is an operator already: operator reset makes a new invitation.`,
          );
        const unwritten = async () => {
          await operators.remove(call, address);
          return 'Nobody is invited.';
        };
        return { ...invitedView(sent), unwritten };
      }),
    );
}

const nobody = (address: string) => new OperatorError(`No operator has the address ${address}.`);

const rolesInWords = () =>
  Object.entries(ROLES)
    .map(([name, what]) => `${name} (${what})`)
    .join('; ');

function invitedView({ id, email: address, role: may, link, expiresAt }: SentInvitation): Answer {
  const lines = [
    ...table([
      ['id', id],
      ['email', address],
      ['role', may],
      ['until', instant(expiresAt)],
      ['link', link],
    ]),
    'Hand the link over by a way that nobody else reads: whoever opens it first becomes this operator.',
  ];
  return { lines, json: { id, email: address, role: may, expiresAt, link } };
}

/** Everything about an operator but their secrets. */
function listView(operators: OperatorEntity[], now: Date): Answer {
  const listed = operators.map((operator) => ({
    ...only(operator, 'id', 'email', 'role', 'createdAt'),
    state: stateOf(operator, now),
  }));
  const lines = listed.map((each) => `${each.email}  ${each.role}  ${each.state}`);
  return { lines: lines.length ? lines : ['No operators.'], json: { operators: listed } };
}

/** `invited`: until the link is used; `expired`: it was not. */
function stateOf({ passwordHash, invitationExpiresAt }: OperatorEntity, now: Date) {
  if (passwordHash !== null) return 'active';
  return invitationExpiresAt !== null && invitationExpiresAt > now ? 'invited' : 'expired';
}

function role(text: string): Role {
  if (isRole(text)) return text;
  throw new InvalidArgumentError(`has to be one of ${Object.keys(ROLES).join(', ')}.`);
}

import { Injectable } from '@nestjs/common';
import {
  AccountsRepository,
  asRead,
  dropMade,
  dropUnproven,
  givePassword,
  insertAccount,
  lockAccount,
  PasswordCheck,
  PasswordHasher,
  putTotpFactor,
  setDisabled,
  ofAccount,
  setPhone,
  setSecondFactor,
  takenName,
  TotpFactors,
  type AccountEntity,
  type OfAccount,
  type SecondFactor,
} from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS } from '@app/attempts';
import { audit, recordedAs, type AuditEvent } from '@app/audit';
import { Database, type Effect, exists, ofOne, type Part, statement } from '@app/database';
import type { FactorChange } from '@app/delivery';
import type { RequestContext } from '@app/kernel';
import { liveAmong } from '@app/sessions';
import { endedBy, OwnerNotices, type Ended } from '@app/sign-in';
import { labelOf, missingFor } from './identifiers.js';
import { OperatorError } from './operator-error.js';
import { recorded } from './recorded.js';

/** Identifiers in the form in which they are stored. */
export interface AccountRequest {
  email?: string;
  username?: string;
  phone?: string;
  orgId?: string;
  tenantId?: string;
  language?: string;
  /** As it is typed, or the verifier that another system has made of it. */
  password: string | { verifier: string };
  secondFactor: SecondFactor;
}

export interface CreatedAccount {
  id: string;
  uuid: string;
  /** For the owner's authenticator app, once: it holds the secret. */
  otpauthUri?: string;
}

export interface ChangedSecondFactor {
  otpauthUri?: string;
  /** Sign-ins that waited for the old factor, and have to begin again. */
  endedSessions: number;
}

/** What an operator does with accounts. Every change is one statement with its audit row. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordCheck,
    private readonly totp: TotpFactors,
    private readonly attempts: AttemptsRepository,
    private readonly notices: OwnerNotices,
  ) {}

  /** In the place of one that somebody registered with the address and nobody proved to own. */
  async create(call: RequestContext, request: AccountRequest): Promise<CreatedAccount> {
    const lacks = missingFor(request.secondFactor, request);
    if (lacks)
      throw new OperatorError(
        `The second factor ${request.secondFactor} needs ${lacks}.`,
        'invalid_parameters',
      );
    const id = call.nextId();
    const { password } = request;
    const passwordHash = typeof password === 'string' ? await this.hasher.hash(password) : password.verifier;
    const factor = request.secondFactor === 'totp' ? this.totp.create(id, labelOf(request)) : undefined;
    const account = { ...request, id, passwordHash, language: request.language ?? 'en' };
    const authenticator = factor && putTotpFactor(call, id, factor.sealed);
    const query = recorded(call, 'account.create', insertAccount(call, account), authenticator);
    const { email } = request;
    const [row] = await (
      email === undefined
        ? this.database.rows(query)
        : this.database.rowsUnderLock(dropUnproven(email), query)
    ).catch(refuseTaken);
    return { id, uuid: row?.uuid as string, otpauthUri: factor?.uri };
  }

  /** Takes back an account of which nobody was told, as if it had not been made; its record says so. */
  async undoCreate(call: RequestContext, id: string): Promise<void> {
    const dropped = dropMade(id, call.now);
    await this.database.rows(
      statement(dropped, audit(call, 'account.create', recordedAs('undone', dropped, { session: false }))),
    );
  }

  /** By id, UUID, e-mail address, user name or phone number. `nobody`: how the sentence begins when there is none. */
  async find(reference: string, nobody = 'No account'): Promise<AccountEntity> {
    const account = await this.known(reference);
    if (!account) throw new OperatorError(`${nobody} has the id or identifier ${reference}.`, 'not_found');
    return account;
  }

  /** The same, where it is no error that there is none. */
  known(reference: string): Promise<AccountEntity | null> {
    return this.accounts.findByReference(reference);
  }

  /** Shuts the account and ends its sessions, also those of sign-ins under way, and mailed keys. Answers how many sessions were live. */
  async disable(call: RequestContext, { id, disabledAt }: AccountEntity): Promise<number> {
    const changed = setDisabled(call, id, true);
    const keys = this.attempts.spendLinks(call, MAILED_KEYS, undefined, changed);
    const ended = endedBy('account_disabled', call, changed);
    const told = disabledAt
      ? []
      : this.notices.tell(call, changed, { template: 'account_disabled', facts: {} });
    return this.changeAlone(call, id, 'account.disable', changed, ended, keys, ...told);
  }

  async enable(call: RequestContext, { id }: AccountEntity): Promise<void> {
    const rows = await this.database.rows(recorded(call, 'account.enable', setDisabled(call, id, false)));
    if (!rows.length)
      throw new OperatorError('The account is to be deleted: take that back with `account restore` first.');
  }

  /**
   * Sign-ins that wait for the old factor end; sessions that are signed in stay. An authenticator is always a new one;
   * one that is no longer asked for is forgotten, and so are backup codes.
   */
  async changeSecondFactor(
    call: RequestContext,
    account: AccountEntity,
    to: SecondFactor,
  ): Promise<ChangedSecondFactor> {
    const { id } = account;
    const missing = missingFor(to, account);
    if (missing)
      throw new OperatorError(`The second factor ${to} needs ${missing}, and the account has none.`);
    if (to === 'email' && !account.activatedAt && account.invitedAt)
      throw new OperatorError(
        'The account waits for a key by mail: the mailbox cannot be the second factor as well.',
      );
    const totp = to === 'totp' ? this.totp.create(id, labelOf(account)) : undefined;
    const changed = setSecondFactor(call, asRead(account), to);
    const brings = totp ? (['authenticator'] as const) : [];
    const ended = endedBy('factor_set_by_operator', call, changed, { brings });
    const given = totp && putTotpFactor(call, id, totp.sealed);
    const told = this.tellFactor(call, account, to, changed);
    const endedSessions = await this.changeAlone(
      call,
      id,
      'account.second_factor',
      changed,
      ended,
      given,
      ...told,
    );
    return { otpauthUri: totp?.uri, endedSessions };
  }

  /** Gives the account a phone, with which its owner may sign in, or takes it away; sign-ins under way begin again. */
  async changePhone(call: RequestContext, account: AccountEntity, phone: string | null): Promise<void> {
    if (phone === null && account.secondFactor === 'sms')
      throw new OperatorError(
        'The codes of its second factor go to this phone: change the second factor first.',
      );
    if (phone === null && !account.email && !account.username)
      throw new OperatorError('The phone is the only name of the account.');
    const changed = setPhone(call, phone, asRead(account));
    const ended = endedBy('phone_set_by_operator', call, changed);
    const facts = { change: phone === null ? 'removed' : 'set' } as const;
    const told =
      phone === account.phone
        ? []
        : this.notices.tell(call, changed, { template: 'phone_changed', facts, newPhone: phone });
    await this.changeAlone(call, account.id, 'account.phone', changed, ended, ...told).catch(refuseTaken);
  }

  /**
   * Gives the account a password, for an owner who has lost theirs and no way to a new one. All sessions end, and mailed keys; wrong
   * passwords are forgotten. Answers how many sessions were live.
   */
  async changePassword(call: RequestContext, { id }: AccountEntity, password: string): Promise<number> {
    const changed = givePassword(call, await this.hasher.hash(password), ofAccount(id));
    const ended = endedBy('password_set_by_operator', call, changed);
    return this.changeAlone(
      call,
      id,
      'account.password',
      changed,
      ended,
      this.attempts.spendLinks(call, MAILED_KEYS, undefined, changed),
      this.passwords.forgiveEverywhere(changed),
      ...this.notices.tell(call, changed, { template: 'password_changed', facts: {} }),
    );
  }

  /** An authenticator is a new one each time; any other factor that stays what it was is no news. */
  private tellFactor(
    call: RequestContext,
    { secondFactor }: AccountEntity,
    to: SecondFactor,
    changed: Part<OfAccount>,
  ): Effect[] {
    if (to === secondFactor && to !== 'totp') return [];
    return this.notices.tell(call, changed, { template: 'factor_changed', facts: { change: CHANGES[to] } });
  }

  /** A change in its turn among others at the account; answers how many live sessions it ended. */
  private async changeAlone(
    call: RequestContext,
    accountId: string,
    event: AuditEvent,
    changed: Part<OfAccount>,
    { ended, effects }: Ended,
    ...also: Effect[]
  ): Promise<number> {
    const audited = audit(call, event, recordedAs('done', changed, { session: false }));
    const answer = { sessions: ofOne(liveAmong(call, ended), 'sessions'), done: exists(changed) };
    const query = statement(answer, ...effects, ...also, audited);
    const [row] = await this.database.rowsUnderLock(lockAccount(accountId), query);
    // What was allowed by how the account was read is done to that account, and to no other.
    if (!row?.done) throw new OperatorError('The account has been changed meanwhile.');
    return row.sessions;
  }
}

const CHANGES: Record<SecondFactor, FactorChange> = {
  none: 'disabled',
  email: 'email_enabled',
  sms: 'sms_enabled',
  totp: 'totp_enabled',
};

const WORDS = { email: 'email', username: 'user name', phone: 'phone number' };

/** Says which name another account has. */
export function refuseTaken(error: unknown): never {
  const name = takenName(error);
  throw name ? new OperatorError(`Another account has this ${WORDS[name]}.`, `${name}_taken`) : error;
}

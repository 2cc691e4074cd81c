import { Injectable } from '@nestjs/common';
import {
  AccountsRepository,
  dropFactorLeftovers,
  dropTotpFactor,
  insertAccount,
  lockAccount,
  PasswordHasher,
  putTotpFactor,
  setDisabled,
  setSecondFactor,
  TotpFactors,
  type AccountEntity,
  type SecondFactor,
} from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS } from '@app/attempts';
import type { AuditEvent } from '@app/audit';
import { Database, type Parts, sql, statementOf, violatedConstraint } from '@app/database';
import type { Call } from '@app/kernel';
import { endSessionsOf, survivors } from '@app/sessions';
import { labelOf } from './identifiers.js';
import { OperatorError } from './operator-error.js';
import { recorded } from './recorded.js';

/** Identifiers in the form `normaliseIdentifier` makes. */
export interface AccountRequest {
  email?: string;
  username?: string;
  phone?: string;
  orgId?: string;
  tenantId?: string;
  language?: string;
  password: string;
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
    private readonly totp: TotpFactors,
    private readonly attempts: AttemptsRepository,
  ) {}

  async create(call: Call, request: AccountRequest): Promise<CreatedAccount> {
    const id = call.nextId();
    const passwordHash = await this.hasher.hash(request.password);
    const factor = request.secondFactor === 'totp' ? this.totp.create(id, labelOf(request)) : undefined;
    const account = { ...request, id, passwordHash, language: request.language ?? 'en' };
    const parts: Parts = {
      changed: insertAccount(call, account),
      ...(factor && { factor: putTotpFactor(call, id, factor.sealed) }),
      ...recorded(call, 'account.create'),
    };
    const query = statementOf<{ uuid: string }>(parts, sql`SELECT uuid FROM changed`);
    const row = await this.database.row(query).catch(refuseTaken);
    return { id, uuid: row?.uuid as string, otpauthUri: factor?.uri };
  }

  /** By id, UUID, e-mail address, user name or phone number. `nobody`: how the sentence begins when there is none. */
  async find(reference: string, nobody = 'No account'): Promise<AccountEntity> {
    const account = await this.accounts.findByReference(reference);
    if (!account) throw new OperatorError(`${nobody} has the id or identifier ${reference}.`);
    return account;
  }

  /** Shuts the account and ends its sessions, also those of sign-ins under way, and mailed keys. Answers how many sessions were live. */
  async disable(call: Call, { id }: AccountEntity): Promise<number> {
    return this.changeAlone(call, id, 'account.disable', {
      changed: setDisabled(call, id, true),
      keys: this.attempts.spendLinks(call, MAILED_KEYS, undefined, 'changed'),
      ...endSessionsOf(call, 'disabled', 'changed'),
    });
  }

  async enable(call: Call, { id }: AccountEntity): Promise<void> {
    const parts = { changed: setDisabled(call, id, false), ...recorded(call, 'account.enable') };
    await this.database.rows(statementOf(parts, sql`SELECT account_id FROM changed`));
  }

  /**
   * Sign-ins that wait for the old factor end; sessions that are signed in stay. An authenticator is always a new one;
   * one that is no longer asked for is forgotten, and so are backup codes.
   */
  async changeSecondFactor(
    call: Call,
    account: AccountEntity,
    to: SecondFactor,
  ): Promise<ChangedSecondFactor> {
    const { id } = account;
    if (to === 'email' && !account.activatedAt && account.invitedAt)
      throw new OperatorError(
        'The account waits for a key by mail: the mailbox cannot be the second factor as well.',
      );
    const totp = to === 'totp' ? this.totp.create(id, labelOf(account)) : undefined;
    const endedSessions = await this.changeAlone(call, id, 'account.second_factor', {
      changed: setSecondFactor(call, id, to),
      factor: totp ? putTotpFactor(call, id, totp.sealed) : dropTotpFactor(id),
      ...dropFactorLeftovers(id),
      keys_carried_over: this.attempts.carryOver(MAILED_KEYS, 'changed'),
      ...endSessionsOf(call, 'second_factor_changed', 'changed', survivors.signedIn),
    });
    return { otpauthUri: totp?.uri, endedSessions };
  }

  /** A change in its turn among others at the account; answers how many live sessions its part `ended` ended. */
  private async changeAlone(call: Call, accountId: string, event: AuditEvent, parts: Parts): Promise<number> {
    const endedLive = sql`
      SELECT count(*)::int AS sessions FROM ended JOIN sessions USING (id) WHERE expires_at > ${call.now}::timestamptz`;
    const query = statementOf<{ sessions: number }>({ ...parts, ...recorded(call, event) }, endedLive);
    const lock = lockAccount(accountId);
    const [row] = await this.database.rowsUnderLock<{ sessions: number }>(lock, query);
    return row?.sessions ?? 0;
  }
}

const WORDS: Record<string, string> = { email: 'email', username: 'user name', phone: 'phone number' };

/** Says which name another account has. */
export function refuseTaken(error: unknown): never {
  const column = /^accounts_(email|username|phone)_key$/.exec(violatedConstraint(error) ?? '')?.[1];
  if (column) throw new OperatorError(`Another account has this ${WORDS[column]}.`);
  throw error;
}

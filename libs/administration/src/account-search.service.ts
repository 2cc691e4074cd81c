import { Injectable } from '@nestjs/common';
import {
  accountsNamedLike,
  newestAccounts,
  type FoundAccount,
  type NamedHit,
  type WhoseAccounts,
} from '@app/accounts';
import { Database } from '@app/database';
import { beginningOf, isId, isPlainText, type Beginning } from '@app/kernel';
import { AccountsService } from './accounts.service.js';
import { OperatorError } from './operator-error.js';

export interface AccountSearch extends WhoseAccounts {
  /** The beginning of an e-mail address, user name or phone number; or a whole id or UUID. */
  text?: string;
  /** Where the page before has ended. */
  cursor?: string;
  most: number;
}

export interface FoundAccounts {
  accounts: FoundAccount[];
  /** For the next page; undefined: there is none. */
  cursor?: string;
}

const NEWEST = '9223372036854775807';
const WHOLE = /^(?:\d{15,19}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;
/** No name has a control character: the next name there can be. */
const BEHIND = '\u0001';

/** Looking for accounts of which an operator knows a part. */
@Injectable()
export class AccountSearchService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
  ) {}

  /**
   * By name in the order of the names, where one is given, else the newest first. An account that is found by its address and by its user
   * name may come on two pages; on one it is there once.
   *
   * @throws OperatorError `invalid_parameters` for a cursor that no such search has given
   */
  async search({ text, cursor, most, ...whose }: AccountSearch): Promise<FoundAccounts> {
    const typed = text?.trim();
    if (!typed) return this.newest(cursor, most, whose);
    const whole = WHOLE.test(typed) && !cursor ? await this.whole(typed, whose) : undefined;
    return whole ? { accounts: [whole] } : this.named(beginningOf(typed), cursor, most, whose);
  }

  private async newest(cursor: string | undefined, most: number, whose: WhoseAccounts) {
    const below = cursor === undefined ? NEWEST : cursor;
    if (!isId(below)) throw badCursor();
    const found = await this.database.rows<FoundAccount>(newestAccounts(below, most + 1, whose));
    const accounts = found.slice(0, most);
    return { accounts, cursor: found.length > most ? accounts.at(-1)?.id : undefined };
  }

  private async named(
    { prefix, kinds }: Beginning,
    cursor: string | undefined,
    most: number,
    whose: WhoseAccounts,
  ): Promise<FoundAccounts> {
    const last = cursor === undefined ? undefined : nameOf(cursor);
    // Below the prefix an index would be read from where the cursor says.
    if (last && !last.name.startsWith(prefix)) throw badCursor();
    const from = kinds.map((kind) => ({ kind, name: firstOf(kind, last) ?? prefix }));
    const hits = await this.database.rows<NamedHit>(accountsNamedLike(prefix, from, most + 1, whose));
    const page = hits.slice(0, most);
    const accounts = new Map(page.map(({ name: _, kind: __, ...account }) => [account.id, account]));
    const next = hits.length > most ? page.at(-1) : undefined;
    return { accounts: [...accounts.values()], cursor: next && cursorOf(next) };
  }

  private async whole(reference: string, { orgId, tenantId }: WhoseAccounts) {
    const account = await this.accounts.known(reference);
    if (!account) return undefined;
    const isTheirs =
      (orgId ?? account.orgId) === account.orgId && (tenantId ?? account.tenantId) === account.tenantId;
    if (!isTheirs) return undefined;
    const { id, uuid, email, username, phone, secondFactor, language, createdAt } = account;
    const { orgId: org, tenantId: tenant, activatedAt, disabledAt } = account;
    const names = { id, uuid, email, username, phone };
    return {
      ...names,
      secondFactor,
      orgId: org,
      tenantId: tenant,
      language,
      createdAt,
      activatedAt,
      disabledAt,
    };
  }
}

type Last = Pick<NamedHit, 'name' | 'kind'>;

/** Of two names that are alike the kinds are in the order of their names. */
function firstOf(kind: NamedHit['kind'], last: Last | undefined): string | undefined {
  return last && (kind > last.kind ? last.name : last.name + BEHIND);
}

function cursorOf({ kind, name }: Last): string {
  return Buffer.from(`${kind} ${name}`).toString('base64url');
}

function nameOf(cursor: string): Last {
  const [, kind, name] =
    /^(email|phone|username) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!kind || !name || !isPlainText(name)) throw badCursor();
  return { kind: kind as NamedHit['kind'], name };
}

function badCursor(): OperatorError {
  return new OperatorError('The cursor is none that this search has given.', 'invalid_parameters');
}

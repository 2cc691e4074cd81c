import { Injectable } from '@nestjs/common';
import { sql, raw, type Sql } from '@app/database';
import { normaliseIdentifier } from '@app/kernel';
import { DataSource } from 'typeorm';
import { AccountEntity } from './account.entity.js';

/** An account as some statement before this one has read it. */
export interface ReadAccount {
  id: string;
  security_stamp: number;
}

/**
 * Part: the account as it was read, held (`FOR SHARE`) until the statement ends: `{account_id, security_stamp}`; no row when it
 * has been disabled since, or something has happened to it that ends what was begun before: what was proven then opens
 * nothing now.
 */
export function holdAccount(read: ReadAccount): Sql {
  return sql`${asRead(read)} FOR SHARE`;
}

/** Part: the same for a statement that goes on to change it: of calls that only shared it no two could both change it. */
export function holdAlone(read: ReadAccount): Sql {
  return sql`${asRead(read)} FOR NO KEY UPDATE`;
}

/** Part: the account of part `from` (`account_id, security_stamp`, as the credential has it), held alone: likewise. */
export function holdAloneOf(from: string): Sql {
  return sql`
    SELECT a.id AS account_id, a.security_stamp FROM accounts a JOIN ${raw(from)} f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL AND a.security_stamp <= f.security_stamp FOR NO KEY UPDATE OF a`;
}

function asRead({ id, security_stamp }: ReadAccount): Sql {
  return sql`
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = ${id}::bigint AND disabled_at IS NULL AND security_stamp = ${security_stamp}::int`;
}

/**
 * Part: where a message of this channel reaches the account of part `from` (its `account_id`):
 * `{address, language, account_id}`, no row without an address.
 */
export function recipientOf(channel: 'email' | 'sms', from: string): Sql {
  const column = raw(channel === 'email' ? 'email' : 'phone');
  return sql`
    SELECT a.${column} AS address, a.language, a.id AS account_id
    FROM accounts a JOIN ${raw(from)} f ON f.account_id = a.id WHERE a.${column} IS NOT NULL`;
}

/**
 * Statement: the account of the session that `session` selects (its `account_id`), unless it is disabled. The id is
 * text, so that the row can travel as JSON.
 */
export function accountOf(session: Sql): Sql {
  return sql`
    SELECT a.id::text AS id, a.email, a.username, a.phone, a.language, a.created_at, a.activated_at
    FROM (${session}) s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** As Postgres's bigint takes it. */
function isId(reference: string): boolean {
  return /^[0-9]{15,19}$/.test(reference) && BigInt(reference) < 1n << 63n;
}

/** Looking accounts up, for the operator. */
@Injectable()
export class AccountsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** By id, UUID, e-mail address, user name or phone number. An id wins: a user name that looks like one is no alias. */
  async findByReference(reference: string): Promise<AccountEntity | null> {
    const accounts = this.dataSource.getRepository(AccountEntity);
    const id = UUID.test(reference) ? { uuid: reference } : isId(reference) && { id: reference };
    const byId = id && (await accounts.findOneBy(id));
    if (byId) return byId;
    const { kind, value } = normaliseIdentifier(reference);
    return accounts.findOneBy({ [kind]: value });
  }
}

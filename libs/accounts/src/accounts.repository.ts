import { Injectable } from '@nestjs/common';
import { normaliseIdentifier } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';
import { DataSource } from 'typeorm';
import { AccountEntity } from './account.entity.js';

/**
 * Part: the account, unless it is disabled, held (`FOR SHARE`) until the statement ends. Whoever disables it meanwhile
 * waits, and then finds and ends what this statement made.
 */
export function holdAccount(accountId: string): Sql {
  return sql`
    SELECT id AS account_id FROM accounts
    WHERE id = ${accountId}::bigint AND disabled_at IS NULL FOR SHARE`;
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

  /** By id, UUID, e-mail address, user name or phone number. */
  async findByReference(reference: string): Promise<AccountEntity | null> {
    const accounts = this.dataSource.getRepository(AccountEntity);
    if (UUID.test(reference)) return accounts.findOneBy({ uuid: reference });
    const { kind, value } = normaliseIdentifier(reference);
    const byName = await accounts.findOneBy({ [kind]: value });
    return byName ?? (isId(reference) ? accounts.findOneBy({ id: reference }) : null);
  }
}

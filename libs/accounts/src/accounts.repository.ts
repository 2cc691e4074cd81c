import { Injectable } from '@nestjs/common';
import { part, type Part, raw, sql, type Sql } from '@app/database';
import { identify } from '@app/kernel';
import { DataSource, In } from 'typeorm';
import { AccountEntity } from './account.entity.js';
import type { HeldAccount, MaybeOfAccount, OfAccount } from './held-account.js';

/** An account as some statement before this one has read it. */
export interface ReadAccount {
  id: string;
  security_stamp: number;
}

/**
 * The account as it was read, held (`FOR SHARE`) until the statement ends; no row when it
 * has been disabled since, or something has happened to it that ends what was begun before: what was proven then opens
 * nothing now.
 */
export function lockAccountForShare(read: ReadAccount): Part<HeldAccount> {
  return part('held', sql`${asRead(read)} FOR SHARE`);
}

/** The same for a statement that goes on to change it: of calls that only shared it no two could both change it. */
export function lockAccountForUpdate(read: ReadAccount): Part<HeldAccount> {
  return part('held', sql`${asRead(read)} FOR NO KEY UPDATE`);
}

/** The account of a session that is not locked yet, while it is not disabled. */
export function lockOwner(from: Part<MaybeOfAccount>, lock: 'SHARE' | 'NO KEY UPDATE'): Part<OfAccount> {
  return part(
    'account',
    sql`
    SELECT a.id AS account_id FROM accounts a JOIN ${from} f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL FOR ${raw(lock)} OF a`,
  );
}

/** For an attempt that is to be redeemed, and changes its account: see `Guess.holds`. */
export function lockTarget(target: Part<MaybeOfAccount>): Part<OfAccount> {
  return lockOwner(target, 'NO KEY UPDATE');
}

/** The account of a credential, as that has it, held alone: likewise. */
export function lockOwnerForUpdate(from: Part<HeldAccount>): Part<HeldAccount> {
  return part(
    'account',
    sql`
    SELECT a.id AS account_id, a.security_stamp FROM accounts a JOIN ${from} f ON f.account_id = a.id
    WHERE a.disabled_at IS NULL AND a.security_stamp <= f.security_stamp FOR NO KEY UPDATE OF a`,
  );
}

function asRead({ id, security_stamp }: ReadAccount): Sql {
  return sql`
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = ${id}::bigint AND disabled_at IS NULL AND security_stamp = ${security_stamp}::int`;
}

/** Where an account is reached. */
export interface AccountAddress extends OfAccount {
  address: string;
  language: string;
}

/** What was sent and then used: by which way it went, and to whom. */
export interface Used extends MaybeOfAccount {
  outcome: string;
  method: string | null;
}

/** The mailbox or phone at which the owner of a redeemed attempt has read it; no row for what is not sent. */
export function readAt(used: Part<Used>): Part<{ address: string }> {
  return part(
    'read',
    sql`
    SELECT CASE u.method WHEN 'email' THEN a.email WHEN 'sms' THEN a.phone END AS address
    FROM accounts a JOIN ${used} u ON u.account_id = a.id WHERE u.outcome = 'redeemed'`,
  );
}

/**
 * Where a message of this channel reaches the account; no row without an address.
 */
export function recipientOf(channel: 'email' | 'sms', from: Part<MaybeOfAccount>): Part<AccountAddress> {
  const column = raw(channel === 'email' ? 'email' : 'phone');
  return part(
    'recipient',
    sql`
    SELECT a.${column} AS address, a.language, a.id AS account_id
    FROM accounts a JOIN ${from} f ON f.account_id = a.id WHERE a.${column} IS NOT NULL`,
  );
}

/** The account at a phone or mailbox that is not its own yet. `language`: of an account that this very statement makes. */
export function addressedTo(address: string, from: Part<OfAccount>, language?: string): Part<AccountAddress> {
  return part(
    'recipient',
    sql`
    SELECT ${address}::text AS address, coalesce(${language ?? null}::text, a.language) AS language, f.account_id
    FROM ${from} f LEFT JOIN accounts a ON a.id = f.account_id`,
  );
}

/** A phone that the very statement gives the account, where it is another than before. */
export function newPhoneOf(from: Part<OfAccount>, phone: string): Part<AccountAddress> {
  return part(
    'recipient',
    sql`
    SELECT ${phone}::text AS address, a.language, a.id AS account_id
    FROM accounts a JOIN ${from} f ON f.account_id = a.id WHERE a.phone IS DISTINCT FROM ${phone}::text`,
  );
}

/** Where a code goes that anybody may ask for: to the mailbox; `byFactor`: to the phone of an account whose second factor that is. */
export function codeRecipient(
  from: Part<MaybeOfAccount>,
  byFactor: boolean,
): Part<AccountAddress & { channel: 'email' | 'sms' }> {
  const texted = sql`(${byFactor}::boolean AND a.second_factor = 'sms')`;
  return part(
    'recipient',
    sql`
    SELECT CASE WHEN ${texted} THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ${texted} THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN ${from} f ON f.account_id = a.id`,
  );
}

/** What a session check tells of the account. */
export interface AccountOfSession {
  id: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  language: string;
  created_at: Date;
  activated_at: Date | null;
}

/**
 * The account of the session, unless it is disabled. The id is text, so that the row can travel as JSON.
 */
export function accountOf(session: Part<OfAccount>): Part<AccountOfSession> {
  return part(
    'account',
    sql`
    SELECT a.id::text AS id, a.email, a.username, a.phone, a.language, a.created_at, a.activated_at
    FROM ${session} s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL`,
  );
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
    const { kind, value, spellings = [value] } = identify(reference);
    const named = await accounts.findBy({ [kind]: In(spellings) });
    return spellings.flatMap((spelling) => named.filter((account) => account[kind] === spelling))[0] ?? null;
  }
}

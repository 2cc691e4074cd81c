import { contactOwner, type AccountAddress, type HeldAccount, type WantedContact } from '@app/accounts';
import { nextSend, takeSendWindow } from '@app/attempts';
import type { Config } from '@app/config';
import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** Whether what proves a new contact may be sent, and to whom. */
export interface Permission<Row extends HeldAccount> {
  /** Who asks, if it may be: nothing else of the call is done otherwise. */
  permitted: Part<Row>;
  /** Why not; null where it may be. */
  refusal: Sql;
  nextAt: Part<{ next_at: Date }>;
  /** Another account that has it: where a sign-up does not say so, its owner is told, and nothing is sent to who asks. */
  other: Part<AccountAddress>;
}

/** Another account that has the contact, and whether that is said. */
export function otherOwner(
  { signUp }: Config,
  wanted: WantedContact,
  asking: Part<HeldAccount>,
): { other: Part<AccountAddress>; taken: Sql } {
  const owner = contactOwner(wanted);
  const other = part<AccountAddress>(
    'other',
    sql`SELECT o.* FROM ${owner} o JOIN ${asking} s ON s.account_id <> o.account_id`,
  );
  return { other, taken: sql`(${signUp.disclosesAccounts}::boolean AND EXISTS (SELECT FROM ${other}))` };
}

/**
 * Of many calls at once one sends in a waiting time, for each kind of contact. That another account has the contact is said where a
 * sign-up says it, and counts as no message.
 */
export function permissionOf<Row extends HeldAccount>(
  config: Config,
  call: RequestContext,
  wanted: WantedContact,
  asking: Part<Row>,
): Permission<Row> {
  const { waitSeconds, hourlyLimit } = config.sends;
  const rule = { purpose: 'contact_change', waitSeconds, hourlyLimit } as const;
  const { other, taken } = otherOwner(config, wanted, asking);
  const turns = part<{ subject: string }>(
    'turns',
    sql`SELECT s.account_id || ${` ${wanted.channel}`}::text AS subject FROM ${asking} s WHERE NOT ${taken}`,
  );
  const turn = takeSendWindow(call, rule, turns);
  return {
    permitted: part<Row>('permitted', sql`SELECT s.* FROM ${asking} s WHERE EXISTS (SELECT FROM ${turn})`),
    refusal: sql`CASE WHEN NOT EXISTS (SELECT FROM ${asking}) THEN 'stale' WHEN ${taken} THEN 'taken'
      WHEN NOT EXISTS (SELECT FROM ${turn}) THEN 'too_soon' END`,
    nextAt: nextSend(call, rule, turns),
    other,
  };
}

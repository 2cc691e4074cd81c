import { Injectable } from '@nestjs/common';
import {
  accountOfIdentity,
  lockAccountForShare,
  lockAccountForUpdate,
  lockIdentity,
  linkIdentity,
  type FoundByIdentity,
  type HeldAccount,
  type OfAccount,
  type ProvenIdentity,
} from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, type Effect, part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { OwnerNotices } from '../owner-notices.js';
import type { ProvenFactor, RefusedFactor } from './proven-factor.js';

const event = 'identity';

/** An identity provider has vouched for them: whose account that is, and how it comes to be linked (docs/decisions/0010). */
@Injectable()
export class IdentityProof {
  constructor(
    private readonly database: Database,
    private readonly notices: OwnerNotices,
  ) {}

  async prove(call: RequestContext, identity: ProvenIdentity): Promise<ProvenFactor | RefusedFactor> {
    const account = await this.database.row(accountOfIdentity(identity));
    if (!account || account.taken) {
      const why = account ? 'other_identity' : 'no_account';
      return { refused: 'credentials_wrong', outcome: why, event, accountId: account?.id ?? null };
    }
    const { linked } = account;
    return {
      account,
      method: 'fed',
      event,
      hold: (alone) => hold(account, identity, alone),
      also: () => [],
      ...(!linked && { unlinked: identity, admit: (from) => this.link(call, identity, from) }),
    };
  }

  /**
   * With the first session, which is not made when somebody else has been linked meanwhile. The owner is told, because whoever
   * has the identity gets in from now on.
   */
  link<Row extends HeldAccount>(
    call: RequestContext,
    identity: ProvenIdentity,
    from: Part<Row>,
  ): { admitted: Part<Row>; effects: Effect[] } {
    const linked = linkIdentity(call, identity, from);
    const admitted = part<Row>(
      'admitted',
      sql`SELECT f.* FROM ${from} f JOIN ${linked} l ON l.account_id = f.account_id`,
    );
    const news = part<OfAccount>('news', sql`SELECT account_id FROM ${linked} WHERE is_new`);
    const facts = { provider: identity.provider };
    const told = this.notices.tell(call, news, { template: 'identity_linked', facts });
    const audited = audit(call, 'identity.link', recordedAs('linked', news, { session: false }));
    return { admitted, effects: [...told, audited] };
  }
}

/**
 * The account as long as it is linked, if it was. Those who are about to link it stand in line: of two at once, Postgres would refuse
 * one by the index that its INSERT does not watch.
 */
function hold(account: FoundByIdentity, identity: ProvenIdentity, alone = false): Part<HeldAccount> {
  if (!account.linked) return lockAccountForUpdate(account);
  return lockIdentity(identity, (alone ? lockAccountForUpdate : lockAccountForShare)(account));
}

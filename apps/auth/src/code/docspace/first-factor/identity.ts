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
} from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, type Effect, part, type Part, sql } from '@app/database';
import { IdentityProviders, type ExternalIdentity } from '@app/identity-providers';
import { AuthError, type RequestContext } from '@app/kernel';
import { OwnerNotices, type ProvenFactor, type RefusedFactor } from '@app/sign-in';
import type { IdentityProviderProof } from './credentials.js';
import { refusedParameter } from '../refused-parameter.js';

const event = 'identity';

const UNSUPPORTED =
  'provider takes no such proof: send another of codeOAuth, serializedProfile and accessToken';

const REFUSALS: Record<'wrong' | 'unsupported' | 'unreachable', AuthError> = {
  wrong: new AuthError('credentials_wrong'),
  unsupported: refusedParameter('provider', UNSUPPORTED),
  unreachable: new AuthError('provider_unavailable'),
};

/** An OpenID Connect provider vouches for them. */
@Injectable()
export class DocspaceIdentity {
  constructor(
    private readonly database: Database,
    private readonly providers: IdentityProviders,
    private readonly notices: OwnerNotices,
  ) {}

  async prove(
    call: RequestContext,
    { provider, proof }: IdentityProviderProof,
  ): Promise<ProvenFactor | RefusedFactor> {
    // The web client sends the ID token alone.
    const name = provider || (this.providers.providerOf(proof.idToken ?? '') ?? '');
    if (!this.providers.isConfigured(name)) throw refusedParameter('provider', 'provider is not configured');
    const outcome = await this.providers.identify(name, proof);
    if (!outcome.ok) {
      const { code, details } = REFUSALS[outcome.reason];
      return { refused: code, details, outcome: outcome.reason, event, accountId: null };
    }
    const { identity } = outcome;
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
      ...(!linked && { admit: (from) => this.link(call, identity, from) }),
    };
  }

  /**
   * With the first session, which is not made when somebody else has been linked meanwhile. The owner is told, because whoever
   * has the identity gets in from now on.
   */
  private link<Row extends HeldAccount>(
    call: RequestContext,
    identity: ExternalIdentity,
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
function hold(account: FoundByIdentity, identity: ExternalIdentity, alone = false): Part<HeldAccount> {
  if (!account.linked) return lockAccountForUpdate(account);
  return lockIdentity(identity, (alone ? lockAccountForUpdate : lockAccountForShare)(account));
}

import { Injectable } from '@nestjs/common';
import {
  accountOfIdentity,
  holdAccount,
  holdAlone,
  holdIdentity,
  linkIdentity,
  recipientOf,
  type FoundByIdentity,
} from '@app/accounts';
import { audit } from '@app/audit';
import { Database, type Parts, raw, sql } from '@app/database';
import { Outbox, ownerNotice } from '@app/delivery';
import { IdentityProviders, type ExternalIdentity } from '@app/identity-providers';
import { AuthError, type Call } from '@app/kernel';
import type { IdentityProviderProof } from './credentials.js';
import type { Proven, Refused } from './proof.js';
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
    private readonly outbox: Outbox,
  ) {}

  async prove(call: Call, { provider, proof }: IdentityProviderProof): Promise<Proven | Refused> {
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
      hold: (name, alone) => this.hold(account, identity, name, alone),
      also: {},
      spent: {},
      ...(!linked && { admit: (from: string) => this.link(call, identity, from) }),
    };
  }

  /** As long as it is linked, if it was. */
  private hold(account: FoundByIdentity, identity: ExternalIdentity, name: string, alone = false): Parts {
    const held = (alone ? holdAlone : holdAccount)(account);
    return account.linked ? { vouched: held, [name]: holdIdentity(identity, 'vouched') } : { [name]: held };
  }

  /**
   * With the first session, which is not made when somebody else has been linked meanwhile. The owner is told, because whoever
   * has the identity gets in from now on.
   */
  private link(call: Call, identity: ExternalIdentity, from: string): Parts {
    return {
      linked: linkIdentity(call, identity, from),
      admitted: sql`SELECT f.* FROM ${raw(from)} f JOIN linked l ON l.account_id = f.account_id`,
      news: sql`SELECT account_id FROM linked WHERE is_new`,
      linking: sql`
        SELECT 'linked' AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM news`,
      link_audited: audit(call, 'identity.link', 'linking'),
      informed: recipientOf('email', 'news'),
      information: this.outbox.enqueue(
        ownerNotice(call, 'identity_linked', { provider: identity.provider }),
        call.now,
        sql`SELECT * FROM informed`,
      ),
    };
  }
}

import { Injectable } from '@nestjs/common';
import {
  accountOfIdentity,
  holdAccount,
  holdAlone,
  linkIdentity,
  recipientOf,
  type FoundByIdentity,
} from '@app/accounts';
import { audit } from '@app/audit';
import { Database, type Parts } from '@app/database';
import { askedBy, Outbox, type NewMessage } from '@app/delivery';
import { IdentityProviders, type ExternalIdentity } from '@app/identity-providers';
import { AuthError, plusSeconds, type Call } from '@app/kernel';
import sql from 'sql-template-tag';
import type { IdentityProviderProof } from './credentials.js';
import type { Proven, Refused } from './proof.js';
import { refusedParameter } from '../refused-parameter.js';

const NOTICE_SECONDS = 86_400;
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
    if (!this.providers.isConfigured(provider))
      throw refusedParameter('provider', 'provider is not configured');
    const outcome = await this.providers.identify(provider, proof);
    if (!outcome.ok) {
      const { code, details } = REFUSALS[outcome.reason];
      return { refused: code, details, outcome: outcome.reason, event, accountId: null };
    }
    const { identity } = outcome;
    const account = await this.database.row<FoundByIdentity>(accountOfIdentity(identity));
    if (!account || account.taken) {
      const why = account ? 'other_identity' : 'no_account';
      return { refused: 'credentials_wrong', outcome: why, event, accountId: account?.id ?? null };
    }
    return {
      account,
      method: 'fed',
      mailbox: identity.email,
      event,
      hold: (name, alone) => ({ [name]: (alone ? holdAlone : holdAccount)(account, call.now) }),
      also: account.linked ? {} : this.link(call, identity),
      spent: {},
    };
  }

  /** The first time: the owner is told, because whoever has the identity gets in from now on. */
  private link(call: Call, identity: ExternalIdentity): Parts {
    return {
      linked: linkIdentity(call, identity, 'held'),
      linking: sql`
        SELECT 'linked' AS outcome, account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM linked`,
      link_audited: audit(call, 'identity.link', 'linking'),
      informed: recipientOf('email', 'linked'),
      information: this.outbox.enqueue(
        information(call, identity.provider),
        call.now,
        sql`SELECT * FROM informed`,
      ),
    };
  }
}

function information({ now, client, nextId }: Call, provider: string): NewMessage {
  const facts = { provider, ...askedBy({ now, client }) };
  const expiresAt = plusSeconds(now, NOTICE_SECONDS);
  return { id: nextId(), channel: 'email', template: 'identity_linked', expiresAt, facts };
}

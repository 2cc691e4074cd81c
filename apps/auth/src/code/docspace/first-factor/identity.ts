import { Injectable } from '@nestjs/common';
import { IdentityProviders } from '@app/identity-providers';
import { AuthError, type RequestContext } from '@app/kernel';
import { IdentityProof, type ProvenFactor, type RefusedFactor } from '@app/sign-in';
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
    private readonly providers: IdentityProviders,
    private readonly identities: IdentityProof,
  ) {}

  async prove(
    call: RequestContext,
    { provider, proof }: IdentityProviderProof,
  ): Promise<ProvenFactor | RefusedFactor> {
    // The web client sends the ID token alone.
    const name = provider || (this.providers.providerOf(proof.idToken ?? '') ?? '');
    if (!this.providers.isConfigured(name)) throw refusedParameter('provider', 'provider is not configured');
    const outcome = await this.providers.identify(name, proof);
    if (outcome.ok) return this.identities.prove(call, outcome.identity);
    const { code, details } = REFUSALS[outcome.reason];
    return { refused: code, details, outcome: outcome.reason, event, accountId: null };
  }
}

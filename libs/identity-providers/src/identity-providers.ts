import { Injectable, Logger } from '@nestjs/common';
import { Config, type IdentityProviderConfig } from '@app/config';
import { Clock } from '@app/kernel';
import { identifyByAccessToken } from './access-token.js';
import { withAddress } from './address.js';
import { redeemCode } from './authorization-code.js';
import { externalIdentity, type Claims, type ExternalIdentity } from './external-identity.js';
import { verifyIdToken } from './id-token.js';
import { ProofError, proofErrorOf } from './proof-error.js';
import { providerOf } from './provider-of.js';
import { discover, type Provider } from './provider.js';
import { ProviderHttp } from './provider-http.js';

/**
 * What a client brings from the provider: the first one given counts, in this order. An access token beside an ID token is
 * used to ask for the address that the ID token does not tell.
 */
export interface IdentityProof {
  authorizationCode?: string;
  idToken?: string;
  accessToken?: string;
}

/**
 * `wrong`: the provider or a check refused the proof. `unsupported`: no such provider, or none that can vouch for this
 * kind of proof. `unreachable`: it could not be asked; the proof may be good.
 */
export type IdentityOutcome =
  { ok: true; identity: ExternalIdentity } | { ok: false; reason: 'wrong' | 'unsupported' | 'unreachable' };

/** The configured OpenID Connect providers: turns what a client got from one into who that provider says they are. */
@Injectable()
export class IdentityProviders {
  private readonly logger = new Logger(IdentityProviders.name);
  private readonly configured: ReadonlyMap<string, IdentityProviderConfig>;
  /** For the life of the process; calls at once share one. */
  private readonly discovered = new Map<IdentityProviderConfig, Promise<Provider>>();
  private readonly idTokenSeconds: number;

  constructor(
    config: Config,
    private readonly clock: Clock,
    private readonly http: ProviderHttp,
  ) {
    const { providers, idTokenSeconds } = config.identityProviders;
    this.configured = new Map(providers.map((provider) => [provider.name.toLowerCase(), provider]));
    this.idTokenSeconds = idTokenSeconds;
  }

  /** In any letter case. */
  isConfigured(name: string): boolean {
    return this.configured.has(name.toLowerCase());
  }

  /** The configured name of who says that it made this ID token: nothing of it is checked yet. */
  providerOf(idToken: string): string | undefined {
    return providerOf([...this.configured.values()], idToken)?.name;
  }

  async identify(name: string, proof: IdentityProof): Promise<IdentityOutcome> {
    const settings = this.configured.get(name.toLowerCase());
    if (!settings) return { ok: false, reason: 'unsupported' };
    try {
      const claims = await this.prove(await this.discover(settings), proof);
      return { ok: true, identity: externalIdentity(settings, claims) };
    } catch (error) {
      const { reason, code } = proofErrorOf(error);
      if (reason === 'unreachable')
        this.logger.warn(`identity provider ${settings.name} out of reach: ${code}`);
      else this.logger.log(`proof of identity provider ${settings.name} refused: ${code}`);
      return { ok: false, reason };
    }
  }

  private async prove(
    provider: Provider,
    { authorizationCode, idToken, accessToken }: IdentityProof,
  ): Promise<Claims> {
    if (authorizationCode) return redeemCode(provider, authorizationCode);
    if (idToken) {
      const claims = await verifyIdToken(provider, idToken, this.clock.now(), this.idTokenSeconds);
      return withAddress(provider, claims, accessToken);
    }
    if (accessToken) return identifyByAccessToken(provider, accessToken);
    throw new ProofError('wrong', 'nothing given');
  }

  /** A provider that could not be read is asked again the next time. */
  private discover(settings: IdentityProviderConfig): Promise<Provider> {
    const known = this.discovered.get(settings);
    if (known) return known;
    const asked = discover(settings, this.http.fetch).catch((error: unknown) => {
      this.discovered.delete(settings);
      throw new ProofError('unreachable', proofErrorOf(error).code);
    });
    this.discovered.set(settings, asked);
    return asked;
  }
}

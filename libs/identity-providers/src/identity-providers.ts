import { Injectable, Logger } from '@nestjs/common';
import { Config, type IdentityProviderConfig } from '@app/config';
import { Clock } from '@app/kernel';
import { identifyByAccessToken } from './access-token.js';
import { withAddress } from './address.js';
import { redeemCode } from './authorization-code.js';
import { authorizationUrl, redeemAnswer, type AuthorizationRequest } from './authorization-request.js';
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
interface Refused {
  ok: false;
  reason: 'wrong' | 'unsupported' | 'unreachable';
}
export type IdentityOutcome = { ok: true; identity: ExternalIdentity } | Refused;
export type AuthorizationOutcome = { ok: true; url: string } | Refused;

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

  identify(name: string, proof: IdentityProof): Promise<IdentityOutcome> {
    return this.vouch(name, (provider) => this.prove(provider, proof));
  }

  /** Where a browser asks this provider for a code. */
  async authorize(name: string, request: AuthorizationRequest): Promise<AuthorizationOutcome> {
    return this.ask(name, async (provider) => ({ url: await authorizationUrl(provider, request) }));
  }

  /** Whom the provider means by its answer to a request of ours. */
  identifyByAnswer(
    name: string,
    request: AuthorizationRequest,
    answer: URLSearchParams,
  ): Promise<IdentityOutcome> {
    return this.vouch(name, (provider) => redeemAnswer(provider, request, answer));
  }

  private vouch(name: string, prove: (provider: Provider) => Promise<Claims>): Promise<IdentityOutcome> {
    return this.ask(name, async (provider) => ({
      identity: externalIdentity(provider.settings, await prove(provider)),
    }));
  }

  private async ask<Answer extends object>(
    name: string,
    work: (provider: Provider) => Promise<Answer>,
  ): Promise<({ ok: true } & Answer) | Refused> {
    const settings = this.configured.get(name.toLowerCase());
    if (!settings) return { ok: false, reason: 'unsupported' };
    try {
      return { ok: true, ...(await work(await this.discover(settings))) };
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

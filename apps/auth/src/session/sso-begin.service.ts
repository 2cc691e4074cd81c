import { Injectable } from '@nestjs/common';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { Database, part, sql, statement } from '@app/database';
import { IdentityProviders } from '@app/identity-providers';
import { AuthError, type RequestContext } from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import { recordRefusal } from '@app/sign-in';
import { begunBy, type Browser } from './browser.js';
import { SsoStates } from './sso-state.js';

/** With which provider somebody wants to sign in, and where the browser goes from there. */
export interface SsoRequest {
  provider: string;
  /** One of `REDIRECT_URLS`; without it, the first of them. */
  redirectUri?: string;
}

/** The way to an OpenID Connect provider, by which somebody begins to sign in. */
@Injectable()
export class SsoBeginService {
  constructor(
    private readonly database: Database,
    private readonly providers: IdentityProviders,
    private readonly browsers: BrowserSessions,
    private readonly states: SsoStates,
    private readonly config: Config,
  ) {}

  /**
   * Answers the provider's address that the browser has to go to. Its way back is an attempt of this browser session.
   *
   * @throws AuthError `invalid_parameters`, `provider_unavailable`, `attempt_not_found`
   */
  async begin(call: RequestContext, browser: Browser, request: SsoRequest): Promise<string> {
    const { provider, redirectUri } = this.accept(request);
    const state = this.states.make({ attemptId: call.nextId(), provider, redirectUri });
    const sealed = this.states.seal(state, browser.id);
    const outcome = await this.providers.authorize(provider, this.states.requestOf(state, sealed));
    const refuse = recordRefusal(this.database, call, 'sign_in');
    if (!outcome.ok) return refuse(new AuthError('provider_unavailable'));
    const subject = part<{ subject: string; account_id: string | null }>(
      'subject',
      sql`SELECT ${`?sso ${state.attemptId}`}::text AS subject, NULL::bigint AS account_id`,
    );
    const attempt = { id: state.attemptId, kind: 'sign_in', method: 'sso' } as const;
    const flow = this.browsers.begin(call, attempt, this.browsers.locked(call, browser), subject);
    const verdict = begunBy(flow);
    const begun = await this.database.row(statement(verdict, audit(call, 'sign_in', verdict)));
    return begun ? outcome.url : refuse(new AuthError('attempt_not_found'));
  }

  private accept({ provider, redirectUri }: SsoRequest): Required<SsoRequest> {
    const { redirectUrls } = this.config.http;
    // Clients of this protocol call providers `google_oauth`.
    const name = [provider, provider.replace(/_oauth$/, '')].find((each) =>
      this.providers.isConfigured(each),
    );
    if (name === undefined) throw refused('provider', 'provider is not configured');
    const to = redirectUri ?? redirectUrls[0];
    if (to === undefined || !redirectUrls.includes(to))
      throw refused('redirect_uri', 'redirect_uri is not one of the configured addresses');
    return { provider: name, redirectUri: to };
  }
}

function refused(parameter: string, error: string): AuthError {
  return new AuthError('invalid_parameters', { parameters: [{ parameter, error }] });
}

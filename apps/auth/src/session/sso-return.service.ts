import { Injectable } from '@nestjs/common';
import { isLinkedElsewhere } from '@app/accounts';
import { Database } from '@app/database';
import { IdentityProviders, type IdentityOutcome } from '@app/identity-providers';
import { AuthError, type AuthErrorCode, type RequestContext } from '@app/kernel';
import {
  FirstFactor,
  IdentityProof,
  recordRefusal,
  type ProvenFactor,
  type RefusedFactor,
} from '@app/sign-in';
import { openAttempt } from './attempt-step.js';
import type { Browser } from './browser.js';
import { BrowserSignInService, ENTRY_POLICY } from './sign-in.service.js';
import { SsoStates, type SsoState } from './sso-state.js';

/** Where the browser goes on: signed in, or as far as the second factor, with a new token; or not. */
export interface SsoReturn {
  redirectUri: string;
  token?: string;
  refused?: AuthErrorCode;
}

const event = 'identity';
const REFUSALS = {
  wrong: 'credentials_wrong',
  unsupported: 'credentials_wrong',
  unreachable: 'provider_unavailable',
} as const satisfies Record<string, AuthErrorCode>;

/** The way back from an OpenID Connect provider (docs/decisions/0027-passkeys-and-providers.md). */
@Injectable()
export class SsoReturnService {
  constructor(
    private readonly database: Database,
    private readonly providers: IdentityProviders,
    private readonly identities: IdentityProof,
    private readonly firstFactor: FirstFactor,
    private readonly signIns: BrowserSignInService,
    private readonly states: SsoStates,
  ) {}

  /**
   * Whatever else is wrong goes along to where the browser was to go; of an answer that this browser session has not asked for, or has had
   * already, nobody is sent anywhere.
   *
   * @throws AuthError `attempt_not_found`
   */
  async finish(call: RequestContext, browser: Browser, answer: URLSearchParams): Promise<SsoReturn> {
    const sealed = answer.get('state') ?? '';
    const state = this.states.read(sealed, browser.id);
    const attempt = state && openAttempt(browser.view, 'sign_in', state.attemptId, call.now);
    if (!state || attempt?.stage !== null) {
      const refuse = recordRefusal(this.database, call, event, { outcome: 'absent' });
      return refuse(new AuthError('attempt_not_found'));
    }
    const { redirectUri } = state;
    try {
      return { redirectUri, token: await this.enter(call, browser, state, sealed, answer) };
    } catch (error) {
      if (error instanceof AuthError) return { redirectUri, refused: error.code };
      throw error;
    }
  }

  /** Outside of a database connection the provider is asked, which may take its time. */
  private async enter(
    call: RequestContext,
    browser: Browser,
    state: SsoState,
    sealed: string,
    answer: URLSearchParams,
  ): Promise<string> {
    const request = this.states.requestOf(state, sealed);
    const outcome = await this.providers.identifyByAnswer(state.provider, request, answer);
    const proven = await this.firstFactor.admit(call, await this.prove(call, outcome), ENTRY_POLICY);
    const refuseLinked = recordRefusal(this.database, call, event, {
      outcome: 'other_identity',
      accountId: proven.account.id,
    });
    return this.signIns.enter(call, browser, 'sso', proven, state.attemptId).catch((error: unknown) => {
      if (!isLinkedElsewhere(error)) throw error;
      return refuseLinked(new AuthError('credentials_wrong'));
    });
  }

  private async prove(call: RequestContext, outcome: IdentityOutcome): Promise<ProvenFactor | RefusedFactor> {
    if (outcome.ok) return this.identities.prove(call, outcome.identity);
    const { reason } = outcome;
    return { refused: REFUSALS[reason], outcome: reason, event, accountId: null };
  }
}

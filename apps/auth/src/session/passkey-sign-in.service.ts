import { Injectable } from '@nestjs/common';
import {
  isNewCount,
  lockAccountForShare,
  lockedCredential,
  redeemedAccount,
  signedToken,
  storeCount,
  subjectParts,
  type CredentialAssertion,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { sql } from '@app/database';
import { AuthError, KeyRing, type Identifier, type RequestContext } from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import { KeyChallenges, KeyProof, type LoginChallenge, type ProvenLogin } from '@app/sign-in';
import type { Browser } from './browser.js';
import { BrowserSignInService, type BrowserProof } from './sign-in.service.js';

/** A challenge, to which domain its passkeys belong, and how long it can be answered. */
export interface PasskeyLogin extends LoginChallenge {
  rpId: string;
  lifeSeconds: number;
}

/**
 * Signing in with a passkey. Its challenge is the token that its attempt is found by, and good in one browser session; a second factor of
 * the account is asked for after it (docs/decisions/0027-passkeys-and-providers.md).
 */
@Injectable()
export class PasskeySignInService {
  constructor(
    private readonly challenges: KeyChallenges,
    private readonly proofs: KeyProof,
    private readonly attempts: AttemptsRepository,
    private readonly browsers: BrowserSessions,
    private readonly signIns: BrowserSignInService,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** A challenge for the passkeys of this person, who may not exist; without a name for whichever passkey the authenticator offers. */
  async begin(call: RequestContext, { id }: Browser, name?: Identifier): Promise<PasskeyLogin> {
    const whom = name && { subject: subjectParts(name, this.keyRing).subject, name };
    const challenge = await this.challenges.open(call, {
      whom,
      browser: { sessionId: id },
      kinds: ['Fido2'],
    });
    const { webauthn, attempts } = this.config;
    return { ...challenge, rpId: webauthn.rpId, lifeSeconds: attempts.login_proof.lifeSeconds };
  }

  /**
   * Answers the new token of the browser session.
   *
   * @throws AuthError `credentials_wrong` whatever was wrong
   */
  async finish(call: RequestContext, browser: Browser, assertion: CredentialAssertion): Promise<string> {
    const token = signedToken(assertion.clientData) ?? '';
    const login = await this.proofs.prove(call, { purpose: 'login_proof', token, assertion }, [token]);
    if (!login) {
      await this.proofs.refuse(call, 'login_proof', token);
      throw new AuthError('credentials_wrong');
    }
    await this.proofs.claim(call, token, login);
    return this.signIns.enter(call, browser, 'passkey', this.proof(call, browser, token, login));
  }

  /** The challenge is redeemed, and the counter stored, in the statement that makes the session. */
  private proof(
    call: RequestContext,
    browser: Browser,
    token: string,
    { account, key, count }: ProvenLogin,
  ): BrowserProof {
    const held = lockAccountForShare(account);
    const locked = lockedCredential(key.id);
    const inBrowser = sql`coalesce(a.browser_session_id = (
      SELECT browser_session_id FROM ${this.browsers.locked(call, browser)}), false)`;
    const right = sql`EXISTS (SELECT FROM ${held}) AND ${isNewCount(count, locked)} AND ${inBrowser}`;
    const redemption = this.attempts.redeemChallenge(call, 'login_proof', token, right, false, () => held);
    const done = redeemedAccount(redemption.verdict);
    return {
      account,
      method: 'pop',
      event: 'login.complete',
      hold: () => done,
      also: () => [redemption, storeCount(count, locked, redemption.verdict)],
    };
  }
}

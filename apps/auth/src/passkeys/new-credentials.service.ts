import { Injectable } from '@nestjs/common';
import { challengeOf, type CredentialOffer, type CredentialRow } from '@app/accounts';
import { AuthError, KeyRing, randomToken, type RequestContext } from '@app/kernel';
import type { OpenChallenge } from '../recovery/open-challenge.js';
import { CredentialCodes, type CredentialCode } from './credential-codes.service.js';
import { LoginSessions } from './login-sessions.service.js';
import { OneMoreKey } from './one-more-key.service.js';
import { SessionChallenges } from './session-challenges.service.js';
import { tokenOfSigned, type SignedAction } from './user-action.js';

const TOKEN_BITS = 256;

/** One more key, by the token of a login: whoever brings one has signed this very call with a key that the account has. */
@Injectable()
export class NewCredentialsService {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly sessions: LoginSessions,
    private readonly challenges: SessionChallenges,
    private readonly keys: OneMoreKey,
    private readonly codes: CredentialCodes,
  ) {}

  /** @throws AuthError `session_not_found`, `proof_stale` */
  async init(call: RequestContext, jwt: string): Promise<OpenChallenge> {
    const { session_id } = await this.sessions.owned(call, jwt);
    return this.challenges.open(call, session_id, 'registration_proof', randomToken(TOKEN_BITS));
  }

  /** @throws AuthError `session_not_found`, `credentials_wrong`, `invalid_parameters` */
  async create(
    call: RequestContext,
    jwt: string,
    { signed, action }: SignedAction,
    { token, offer }: { token: string; offer: CredentialOffer },
  ): Promise<CredentialRow> {
    const { session_id } = await this.sessions.owned(call, jwt);
    const spent = tokenOfSigned(this.keyRing, signed, action);
    return this.keys.bySession(call, session_id, { token, challenge: challengeOf(token), offer }, spent);
  }

  /** @throws AuthError `session_not_found`, `proof_stale`, `credentials_wrong`, `invalid_parameters` for a time that is over */
  async makeCode(
    call: RequestContext,
    jwt: string,
    { signed, action }: SignedAction,
    until: Date,
  ): Promise<CredentialCode> {
    if (until <= call.now) throw isOver();
    const { session_id } = await this.sessions.owned(call, jwt);
    return this.codes.make(call, session_id, until, tokenOfSigned(this.keyRing, signed, action));
  }
}

function isOver(): AuthError {
  const parameters = [{ parameter: 'expiration', error: 'expiration must be later than now' }];
  return new AuthError('invalid_parameters', { parameters });
}

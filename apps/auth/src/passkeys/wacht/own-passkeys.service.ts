import { Injectable } from '@nestjs/common';
import {
  ownPasskeys,
  renamePasskey,
  revokePasskey,
  signedToken,
  type CredentialOffer,
  type OwnPasskey,
} from '@app/accounts';
import { audit, type Recorded } from '@app/audit';
import { Database, statement } from '@app/database';
import { AuthError, randomToken, type RequestContext } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import { Freshness, OwnerNotices, sessionAndAccount } from '@app/sign-in';
import type { OpenChallenge } from '../../recovery/open-challenge.js';
import { OneMoreKey } from '../one-more-key.service.js';
import { SessionChallenges, sessionVerdict } from '../session-challenges.service.js';

const TOKEN_BITS = 256;
/**
 * The passkeys of an account, by who is signed in to it. `sessionId`: of the sign-in. What changes them needs a fresh proof: a session that
 * was left open somewhere must not leave a way in.
 */
@Injectable()
export class OwnPasskeysService {
  constructor(
    private readonly database: Database,
    private readonly challenges: SessionChallenges,
    private readonly keys: OneMoreKey,
    private readonly freshness: Freshness,
    private readonly notices: OwnerNotices,
  ) {}

  /** Newest last. */
  list(call: RequestContext, sessionId: string): Promise<OwnPasskey[]> {
    return this.database.rows(statement(ownPasskeys(sessionOfToken(call, sessionId))));
  }

  /**
   * A challenge for a new one, good for this sign-in alone.
   *
   * @throws AuthError `session_not_found`, `proof_stale`
   */
  begin(call: RequestContext, sessionId: string): Promise<OpenChallenge> {
    return this.challenges.open(call, sessionId, 'registration_proof', randomToken(TOKEN_BITS));
  }

  /**
   * Takes the passkey that has answered the challenge. Of any number of answers to one challenge one is taken.
   *
   * @throws AuthError `credentials_wrong`, `invalid_parameters` where its id is in use
   */
  async finish(call: RequestContext, sessionId: string, offer: CredentialOffer): Promise<OwnPasskey> {
    const token = signedToken(offer.clientData) ?? '';
    const { id, name } = await this.keys.bySession(call, sessionId, { token, challenge: token, offer });
    return { id, name, created_at: call.now };
  }

  /** @throws AuthError `session_not_found`, `proof_stale`, `invalid_parameters` where there is none of this id */
  async rename(call: RequestContext, sessionId: string, id: string, name: string): Promise<OwnPasskey> {
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session, true);
    const renamed = renamePasskey(id, name, fresh);
    const verdict = sessionVerdict(session, fresh, 'renamed', renamed);
    this.judge(await this.database.row(statement(verdict, audit(call, 'account.update', verdict))));
    const passkey = (await this.list(call, sessionId)).find((each) => each.id === id);
    return passkey ?? unknownPasskey();
  }

  /**
   * It signs in no more. Sessions that it has begun stay: their owner ends them by themselves. The owner is told.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `invalid_parameters` where there is none of this id, `not_permitted` where nothing
   *   else opens the account
   */
  async remove(call: RequestContext, sessionId: string, id: string): Promise<void> {
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session);
    const revoked = revokePasskey(call, id, fresh);
    const told = this.notices.tell(call, revoked, {
      template: 'passkeys_changed',
      facts: { change: 'removed' },
    });
    // Of two that are taken away at once the second one sees that the first one has gone.
    const lock = statement(sessionAndAccount(call, sessionId));
    const verdict = sessionVerdict(session, fresh, 'revoked', revoked);
    const removed = statement(verdict, ...told, audit(call, 'factor.disconnect', verdict));
    const [row] = await this.database.rowsUnderLock(lock, removed);
    if (row?.outcome === 'absent' && (await this.has(call, sessionId, id)))
      throw new AuthError('not_permitted');
    this.judge(row);
  }

  private judge(row: Recorded | undefined): void {
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'stale') throw new AuthError('proof_stale');
    if (row.outcome === 'absent') unknownPasskey();
  }

  private async has(call: RequestContext, sessionId: string, id: string): Promise<boolean> {
    return (await this.list(call, sessionId)).some((each) => each.id === id);
  }
}

function unknownPasskey(): never {
  const parameters = [{ parameter: 'id', error: 'id names no passkey of this account' }];
  throw new AuthError('invalid_parameters', { parameters });
}

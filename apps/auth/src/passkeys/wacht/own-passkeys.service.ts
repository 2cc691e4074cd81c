import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  CredentialProofs,
  insertCredentials,
  keyHolderOf,
  ownPasskeys,
  redeemedAccount,
  renamePasskey,
  revokePasskey,
  signedToken,
  type CredentialOffer,
  type CredentialRow,
  type KeyHolder,
  type OfAccount,
  type OwnPasskey,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import {
  Database,
  type Effect,
  of,
  ofOne,
  part,
  type Part,
  sql,
  type Statement,
  statement,
} from '@app/database';
import { AuthError, randomToken, type RequestContext } from '@app/kernel';
import { sessionOfToken, type TokenSession } from '@app/sessions';
import { Freshness, OwnerNotices, sessionAndAccount } from '@app/sign-in';
import { refuseUsedKey } from '../../recovery/new-keys.service.js';

const TOKEN_BITS = 256;
const KIND = { purpose: 'registration_proof', factor: 'second', method: 'key' } as const;

/** A challenge for a new passkey, and whose it will be. */
export interface PasskeyChallenge {
  token: string;
  holder: KeyHolder;
}

/**
 * The passkeys of an account, by who is signed in to it. `sessionId`: of the sign-in. What changes them needs a fresh proof: a session that
 * was left open somewhere must not leave a way in.
 */
@Injectable()
export class OwnPasskeysService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly proofs: CredentialProofs,
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
  async begin(call: RequestContext, sessionId: string): Promise<PasskeyChallenge> {
    const token = randomToken(TOKEN_BITS);
    const session = sessionAndAccount(call, sessionId, 'SHARE');
    const fresh = this.freshness.fresh(call, session);
    const opened = this.attempts.openChallenge(call, { ...KIND, token }, fresh);
    const verdict = verdictOf(session, fresh, 'begun');
    const answer = { outcome: of(verdict, 'outcome'), holder: of(keyHolderOf(fresh), 'holder') };
    const row = await this.database.row(statement(answer, opened, audit(call, 'registration.init', verdict)));
    if (!row?.holder) throw new AuthError(row?.outcome === 'stale' ? 'proof_stale' : 'session_not_found');
    return { token, holder: row.holder };
  }

  /**
   * Takes the passkey that has answered the challenge. Of any number of answers to one challenge one is taken.
   *
   * @throws AuthError `credentials_wrong`, `invalid_parameters` where its id is in use
   */
  async finish(call: RequestContext, sessionId: string, offer: CredentialOffer): Promise<OwnPasskey> {
    const token = signedToken(offer.clientData) ?? '';
    const proven = await this.proofs.attest(offer, token);
    const passkey = proven && { id: call.nextId(), uuid: randomUUID(), ...proven };
    const row = await this.database.row(this.taking(call, sessionId, token, passkey)).catch(refuseUsedKey);
    if (!passkey || row?.outcome !== 'redeemed') throw new AuthError('credentials_wrong');
    return { id: passkey.id, name: passkey.name, created_at: call.now };
  }

  /** @throws AuthError `session_not_found`, `proof_stale`, `invalid_parameters` where there is none of this id */
  async rename(call: RequestContext, sessionId: string, id: string, name: string): Promise<OwnPasskey> {
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session, true);
    const renamed = renamePasskey(id, name, fresh);
    await this.decide(call, 'account.update', verdictOf(session, fresh, 'renamed', renamed));
    const passkey = (await this.list(call, sessionId)).find((each) => each.id === id);
    return passkey ?? unknownPasskey();
  }

  /**
   * It signs in no more. Sessions that it has begun stay: their owner ends them by themselves. The owner is told.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `invalid_parameters` where there is none of this id
   */
  async remove(call: RequestContext, sessionId: string, id: string): Promise<void> {
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session);
    const revoked = revokePasskey(call, id, fresh);
    const told = this.notices.tell(call, revoked, {
      template: 'passkeys_changed',
      facts: { change: 'removed' },
    });
    await this.decide(call, 'factor.disconnect', verdictOf(session, fresh, 'revoked', revoked), told);
  }

  private taking(
    call: RequestContext,
    sessionId: string,
    token: string,
    passkey: CredentialRow | undefined,
  ): Statement<{ outcome: string }> {
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session);
    const right = sql`${passkey !== undefined}::boolean AND EXISTS (SELECT FROM ${fresh})
      AND coalesce(a.session_id = ${sessionId}::bigint, false)`;
    const redemption = this.attempts.redeemChallenge(call, KIND.purpose, token, right, false, () => session);
    const { verdict } = redemption;
    const done = redeemedAccount(verdict);
    const rows = sql`${JSON.stringify(passkey ? [passkey] : [])}::jsonb`;
    return statement(
      { outcome: ofOne(verdict, 'outcome') },
      redemption,
      insertCredentials(call, rows, done),
      ...this.notices.tell(call, done, { template: 'passkeys_changed', facts: { change: 'added' } }),
      audit(call, 'registration.complete', verdict),
    );
  }

  private async decide(
    call: RequestContext,
    event: AuditEvent,
    verdict: Part<Recorded>,
    also: Effect[] = [],
  ): Promise<void> {
    const row = await this.database.row(statement(verdict, ...also, audit(call, event, verdict)));
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'stale') throw new AuthError('proof_stale');
    if (row.outcome === 'absent') unknownPasskey();
  }
}

/** `done`: what was to happen, and does not where there is no such passkey. */
function verdictOf(
  session: Part<TokenSession>,
  fresh: Part<OfAccount & { session_id: string }>,
  outcome: string,
  done: Part<OfAccount> = fresh,
): Part<Recorded> {
  return part(
    'verdict',
    sql`
    SELECT CASE WHEN f.session_id IS NULL THEN 'stale' WHEN d.account_id IS NULL THEN 'absent' ELSE ${outcome}::text END AS outcome,
      s.account_id, s.session_id, NULL::bigint AS attempt_id
    FROM ${session} s LEFT JOIN ${fresh} f ON true LEFT JOIN ${done} d ON true`,
  );
}

function unknownPasskey(): never {
  const parameters = [{ parameter: 'id', error: 'id names no passkey of this account' }];
  throw new AuthError('invalid_parameters', { parameters });
}

import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  CredentialProofs,
  hasRoomForKey,
  insertCredentials,
  lockOwner,
  redeemedAccount,
  type CredentialOffer,
  type CredentialRow,
  type MaybeOfAccount,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { Database, of, ofOne, type Part, type Sql, sql, type Statement, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { ownerOfToken } from '@app/sessions';
import { Freshness, OwnerNotices, sessionAndAccount } from '@app/sign-in';
import { refuseUsedKey } from '../recovery/new-keys.service.js';

/** An answer to a challenge. */
export interface OfferedKey {
  /** What the challenge is found by. */
  token: string;
  /** What the key has signed. */
  challenge: string;
  offer: CredentialOffer;
}

/** Whoever may add a key: their account, not locked, the session that is locked after it, and what has to be true of attempt `a`, and never null. */
interface Gate {
  purpose: 'registration_proof' | 'credential_code';
  owner: Part<MaybeOfAccount>;
  session?: Part;
  right: Sql;
}

/** One more key for an account that has some, or may have. Of any number of answers to one challenge one is taken. The owner is told. */
@Injectable()
export class OneMoreKey {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly proofs: CredentialProofs,
    private readonly freshness: Freshness,
    private readonly notices: OwnerNotices,
    private readonly config: Config,
  ) {}

  /**
   * By who is signed in, with a fresh proof. `action`: the token of the action that they have signed, where the protocol asks for one; it
   * is spent with the challenge.
   *
   * @throws AuthError `credentials_wrong`, `invalid_parameters` where the id is in use or the account has too many
   */
  bySession(
    call: RequestContext,
    sessionId: string,
    offered: OfferedKey,
    action?: string,
  ): Promise<CredentialRow> {
    const session = sessionAndAccount(call, sessionId);
    const fresh = this.freshness.fresh(call, session);
    const signed =
      action === undefined ? fresh : this.attempts.spendChallenge(call, 'user_action', action, fresh);
    const right = sql`EXISTS (SELECT FROM ${fresh}) AND EXISTS (SELECT FROM ${signed})
      AND coalesce(a.session_id = ${sessionId}::bigint, false)`;
    const owner = ownerOfToken(call, sessionId);
    return this.add(call, { purpose: 'registration_proof', owner, session, right }, offered);
  }

  /** By who has a code that somebody signed in had made: the code is the challenge. Likewise. */
  byCode(call: RequestContext, offered: OfferedKey): Promise<CredentialRow> {
    const purpose = 'credential_code';
    const owner = this.attempts.openChallengeOf(call, purpose, offered.token);
    return this.add(call, { purpose, owner, right: sql`true` }, offered);
  }

  private async add(
    call: RequestContext,
    gate: Gate,
    { token, challenge, offer }: OfferedKey,
  ): Promise<CredentialRow> {
    const proven = await this.proofs.attest(offer, challenge);
    const key = proven && { id: call.nextId(), uuid: randomUUID(), ...proven };
    const lock = lockOwner(gate.owner, 'NO KEY UPDATE');
    const [row] = await this.database
      .rowsUnderLock(lock, this.decision(call, gate, token, key))
      .catch(refuseUsedKey);
    if (row?.room === false) throw tooMany(this.config.keysPerAccount);
    if (!key || row?.outcome !== 'redeemed') throw new AuthError('credentials_wrong');
    return key;
  }

  private decision(
    call: RequestContext,
    { purpose, owner, session, right }: Gate,
    token: string,
    key: CredentialRow | undefined,
  ): Statement<{ outcome: string; room: boolean | null }> {
    const room = hasRoomForKey(owner, this.config.keysPerAccount);
    const good = sql`${key !== undefined}::boolean AND ${right} AND coalesce((SELECT room FROM ${room}), false)`;
    const redemption = this.attempts.redeemChallenge(
      call,
      purpose,
      token,
      good,
      false,
      session && (() => session),
    );
    const { verdict } = redemption;
    const done = redeemedAccount(verdict);
    const rows = sql`${JSON.stringify(key ? [key] : [])}::jsonb`;
    return statement(
      { outcome: ofOne(verdict, 'outcome'), room: of(room, 'room') },
      redemption,
      insertCredentials(call, rows, done),
      ...this.notices.tell(call, done, { template: 'passkeys_changed', facts: { change: 'added' } }),
      audit(call, 'registration.complete', verdict),
    );
  }
}

function tooMany(limit: number): AuthError {
  const error = `the account has ${limit} keys, and can have no more`;
  return new AuthError('invalid_parameters', { parameters: [{ parameter: 'credentialKind', error }] });
}

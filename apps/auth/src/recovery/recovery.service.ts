import { Injectable } from '@nestjs/common';
import {
  CredentialProofs,
  lockedCredential,
  lockAccount,
  redeemedAccount,
  type CredentialAssertion,
  type HeldKey,
  type KeyHolder,
} from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, ofOne, sql, type Statement, statement } from '@app/database';
import { AuthError, plusSeconds, type RequestContext } from '@app/kernel';
import { ChallengedService } from './challenged.service.js';
import { enrolmentOf, refuseUsedKey, type OfferedKeys, type ProvenKeys } from './new-keys.service.js';
import { RecoveryEffects } from './recovery-effects.js';
import { completed, type Completed } from './completed.js';

export interface RecoveryProof {
  assertion: Omit<CredentialAssertion, 'kind'>;
  /** The new keys as text, in the spellings of which the recovery key must have signed one. */
  signedTexts: string[];
}

/** Who lost every key and kept the recovery key gets new ones. */
@Injectable()
export class RecoveryService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly challenged: ChallengedService,
    private readonly proofs: CredentialProofs,
    private readonly effects: RecoveryEffects,
  ) {}

  /**
   * Replaces the keys of the account, at once or after the delay. The new keys must answer the challenge, and the
   * recovery key must have signed them: who has only the mailbox, or only the recovery key, gets nothing.
   */
  async complete(
    call: RequestContext,
    token: string,
    proof: RecoveryProof,
    offered: OfferedKeys,
  ): Promise<Completed> {
    const { holder, keys } = await this.challenged.prove(call, 'recovery_proof', token, offered);
    const recoveryKey = await this.provenRecoveryKey(holder, proof);
    if (!recoveryKey) return this.challenged.refuse(call, 'recovery_proof', token);
    const decision = this.decision(call, token, recoveryKey, keys);
    const lock = lockAccount(holder.id);
    const [verdict] = await this.database
      .rowsUnderLock<{ outcome: string }>(lock, decision)
      .catch(refuseUsedKey);
    if (verdict?.outcome !== 'redeemed') throw new AuthError('session_not_found');
    const { delaySeconds } = this.effects;
    return completed(holder, keys, delaySeconds ? plusSeconds(call.now, delaySeconds) : undefined);
  }

  private async provenRecoveryKey(
    { keys }: KeyHolder,
    { assertion, signedTexts }: RecoveryProof,
  ): Promise<HeldKey | undefined> {
    const key = keys.find(
      ({ kind, credential_id }) => kind === 'RecoveryKey' && credential_id === assertion.credId,
    );
    const challenges = signedTexts.map((text) => Buffer.from(text).toString('base64url'));
    const count = key && (await this.proofs.assert({ ...assertion, kind: 'RecoveryKey' }, key, challenges));
    return count === undefined ? undefined : key;
  }

  private decision(
    call: RequestContext,
    token: string,
    recoveryKey: HeldKey,
    keys: ProvenKeys,
  ): Statement<{ outcome: string }> {
    const right = sql`EXISTS (SELECT FROM ${lockedCredential(recoveryKey.id)} h WHERE h.account_id = a.account_id)`;
    const redemption = this.attempts.redeemChallenge(call, 'recovery_proof', token, right);
    const { verdict } = redemption;
    const done = redeemedAccount(verdict);
    const effects = this.effects.delaySeconds
      ? this.effects.postpone(call, keys, done)
      : this.effects.complete(call, sql`${JSON.stringify(keys.rows)}::jsonb`, done, enrolmentOf(keys));
    return statement(
      { outcome: ofOne(verdict, 'outcome') },
      redemption,
      ...effects,
      audit(call, 'recovery.complete', verdict),
    );
  }
}

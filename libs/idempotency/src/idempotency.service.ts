import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { AuthError, KeyRing, plusSeconds, type RequestContext } from '@app/kernel';
import { LimitsStorage } from '@app/throttle';
import { claimCall, recordAnswer, releaseCall, type CallNames, type KnownCall } from './idempotent-calls.js';

/** How long the answer to a call is kept for whoever repeats it. */
export const KEPT_SECONDS = 600;
const IN_PROGRESS_SECONDS = 1;
const LABEL = 'idempotent-answer';

/** A call under a key, before it is hashed. */
export interface KeyedCall {
  /** What a key is a key within: two of these never meet. */
  scope: string[];
  /** What is asked. */
  asked: string[];
}

/** What goes back to the client again, header by header. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

/** A call that is ours to do. */
export interface Claim {
  id: string;
  fingerprint: string;
}

/** Calls that are done once, however often they arrive. */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly limits: LimitsStorage,
    private readonly ring: KeyRing,
    private readonly config: Config,
  ) {}

  /**
   * The answer that the call had, or the claim to do it now. Calls under keys are counted for the caller's network, in the same
   * statement: nobody can fill the table.
   *
   * @throws AuthError `idempotency_key_reused` when something else was asked under the key, `idempotency_in_progress` when the call
   * runs, or has stopped without an answer; `too_many_requests`
   */
  async begin({ client, now }: RequestContext, call: KeyedCall): Promise<KeptAnswer | Claim> {
    const names = this.namesOf(call);
    const limit = this.config.limits.idempotencyKeysPerMinute;
    const hit = { name: 'idempotency', tracker: client.network, limit, windowSeconds: 60 };
    const until = plusSeconds(now, KEPT_SECONDS);
    const verdict = await this.limits.count([hit], now, (admitted) => claimCall(admitted, names, now, until));
    if (verdict.refused)
      throw new AuthError('too_many_requests', { retryAfterSeconds: verdict.retryAfterSeconds });
    const known = verdict.found as unknown as KnownCall;
    if (known.claimed) return { id: names.ids[0] as string, fingerprint: names.fingerprints[0] as string };
    return this.answerOf(known, names);
  }

  /** What is said under the key from now on. */
  async keep({ id, fingerprint }: Claim, answer: KeptAnswer): Promise<void> {
    const sealed = this.ring.seal(LABEL, `${id} ${fingerprint}`, JSON.stringify(answer));
    await this.database.rows(recordAnswer(id, sealed));
  }

  /** The call has done nothing, and may be made again. */
  async release({ id }: Claim): Promise<void> {
    await this.database.rows(releaseCall(id));
  }

  private answerOf({ id, fingerprint, answer_sealed: sealed }: KnownCall, names: CallNames): KeptAnswer {
    if (fingerprint !== null && !names.fingerprints.includes(fingerprint))
      throw new AuthError('idempotency_key_reused');
    if (sealed === null)
      throw new AuthError('idempotency_in_progress', { retryAfterSeconds: IN_PROGRESS_SECONDS });
    return JSON.parse(this.ring.unseal(LABEL, `${id} ${fingerprint}`, sealed)) as KeptAnswer;
  }

  private namesOf({ scope, asked }: KeyedCall): CallNames {
    return {
      ids: this.ring.macs('idempotent-call', ...scope),
      fingerprints: this.ring.macs('idempotent-asked', ...asked),
    };
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError, type RequestContext } from '@app/kernel';
import type { Admittable } from './count-hits.js';
import { numbersOf, type Limit } from './limits.js';
import { LimitsStorage } from './limits-storage.js';

/** At most so many rows of one kind in a window. Whether a call makes one is known only when it has been looked up. */
export type RowLimit = Omit<Limit, 'tracker'>;

/** Limits of what calls make, beside those of the calls themselves: a call that finds what it needs is not counted. */
@Injectable()
export class RowLimits {
  constructor(
    @Inject(LimitsStorage) private readonly storage: LimitsStorage,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Makes what `made` makes, counted for the caller's network in the same statement.
   *
   * @throws AuthError `too_many_requests`; then nothing has been made
   */
  async make({ client, now }: RequestContext, limit: RowLimit, made: Admittable): Promise<void> {
    const hit = { name: limit.name, tracker: client.network, ...numbersOf(limit, this.config) };
    const verdict = await this.storage.count([hit], now, made);
    if (verdict.refused)
      throw new AuthError('too_many_requests', { retryAfterSeconds: verdict.retryAfterSeconds });
  }
}

import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerOptions, ThrottlerGuard, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Config } from '@app/config';
import { AuthError, Clock } from '@app/kernel';
import type { Request } from 'express';
import { SessionLookup, type SessionQuery } from './authenticated.js';
import { byAddress } from './client-address.js';
import { LIMITS, type Limit } from './limits.js';
import { PostgresThrottlerStorage, type NamedHit, type Verdict } from './postgres-throttler.storage.js';

const NOTHING_TO_COUNT: Verdict = { refused: false };

/**
 * The one guard of all routes. The library's own counts each throttler in a statement of its own, per handler; this
 * one counts all limits of a request in one statement, by name, and looks up its session in the same (`@Authenticated`).
 */
@Injectable()
export class LimitsGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @Inject(PostgresThrottlerStorage) private readonly storage: PostgresThrottlerStorage,
    @Inject(Reflector) reflector: Reflector,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    super(options, storage, reflector);
  }

  /** The library would warn that its list of throttlers is empty: here limits are declared where they apply. */
  override async onModuleInit(): Promise<void> {}

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const now = this.clock.now();
    const on = [context.getHandler(), context.getClass()];
    const lookup = this.reflector.getAllAndOverride<SessionQuery | undefined>(SessionLookup.KEY, on);
    const question = lookup?.(request, now, this.config);
    const hits = this.hitsOf(request, context);
    const asks = hits.length > 0 || question !== undefined;
    const verdict = asks ? await this.storage.count(hits, now, question) : NOTHING_TO_COUNT;
    if (verdict.refused) {
      throw new AuthError('too_many_requests', { retryAfterSeconds: verdict.retryAfterSeconds });
    }
    if (lookup) request.session = question && (verdict.found ?? null);
    return true;
  }

  private hitsOf(request: Request, context: ExecutionContext): NamedHit[] {
    const limits = this.reflector.getAllAndMerge<Limit[]>(LIMITS, [context.getClass(), context.getHandler()]);
    return limits.flatMap((limit) => {
      const tracker = trackerOf(limit, request);
      return tracker === undefined ? [] : [{ name: limit.name, tracker, ...this.numbersOf(limit) }];
    });
  }

  private numbersOf(limit: Limit): Pick<NamedHit, 'limit' | 'windowSeconds' | 'blockSeconds'> {
    return {
      limit: limit.limit(this.config),
      windowSeconds: limit.windowSeconds(this.config),
      blockSeconds: limit.blockSeconds?.(this.config),
    };
  }
}

/** Whatever a tracker makes of unvalidated input: a text, nothing, or else the client's address. */
function trackerOf(limit: Limit, request: Request): string | undefined {
  try {
    const tracker: unknown = limit.tracker(request);
    return tracker === undefined || typeof tracker === 'string' ? tracker : byAddress(request);
  } catch {
    return byAddress(request);
  }
}

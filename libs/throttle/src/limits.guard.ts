import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerOptions, ThrottlerGuard, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Config } from '@app/config';
import { AuthError, Clock } from '@app/kernel';
import type { Request } from 'express';
import { SessionLookup, type SessionQuery } from './authenticated.js';
import { byAddress } from './client-address.js';
import { LIMITS, numbersOf, type Limit } from './limits.js';
import { LimitsStorage, type NamedHit, type LimitVerdict } from './limits-storage.js';
import { addedLimit, isSkipped, throttled, throttlersOf, type Throttler } from './throttlers.js';

const NOTHING_TO_COUNT: LimitVerdict = { refused: false };

/**
 * The one guard of all routes. The library's own counts each throttler in a statement of its own; this one counts all limits
 * of a request in one statement, and looks up its session in the same (`@Authenticated`). Limits come from `@Limits`,
 * and from the library's `@Throttle` and `@SkipThrottle`, which mean what its documentation says.
 */
@Injectable()
export class LimitsGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @Inject(LimitsStorage) private readonly storage: LimitsStorage,
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
    const hits = await this.hitsOf(request, context);
    const asks = hits.length > 0 || question !== undefined;
    const verdict = asks ? await this.storage.count(hits, now, question) : NOTHING_TO_COUNT;
    if (verdict.refused) {
      throw new AuthError('too_many_requests', { retryAfterSeconds: verdict.retryAfterSeconds });
    }
    if (lookup) request.session = question && (verdict.found ?? null);
    return true;
  }

  private async hitsOf(request: Request, context: ExecutionContext): Promise<NamedHit[]> {
    const declared = this.reflector.getAllAndMerge<Limit[]>(LIMITS, [
      context.getClass(),
      context.getHandler(),
    ]);
    const throttlers = throttlersOf(this.reflector, context);
    const added = [...throttlers.keys()].filter((name) => !declared.some((limit) => limit.name === name));
    const hits = [...declared, ...added.map(addedLimit)]
      .filter(({ name }) => !isSkipped(this.reflector, context, name))
      .map((limit) => this.hitOf(limit, throttlers.get(limit.name), request, context));
    return (await Promise.all(hits)).filter((hit) => hit !== undefined);
  }

  private async hitOf(
    limit: Limit,
    throttler: Throttler | undefined,
    request: Request,
    context: ExecutionContext,
  ): Promise<NamedHit | undefined> {
    const tracker = await trackerOf(limit, throttler, request, context);
    if (tracker === undefined) return undefined;
    const hit = { name: limit.name, tracker, ...numbersOf(limit, this.config) };
    return throttler ? this.ofRoute(hit, throttler, context) : hit;
  }

  /** What `@Throttle` says is counted for each route apart, as in the library. */
  private async ofRoute(hit: NamedHit, throttler: Throttler, context: ExecutionContext): Promise<NamedHit> {
    const numbers = await throttled(hit, throttler, context);
    if (Object.values(numbers).some(Number.isNaN))
      throw new Error(`@Throttle: ${hit.name} has no limit, no ttl, or one that is no number`);
    const key = throttler.generateKey ?? this.generateKey.bind(this);
    return {
      name: `route ${hit.name}`,
      tracker: key(context, hit.tracker, hit.name),
      ...numbers,
      varies: typeof throttler.ttl === 'function' || throttler.generateKey !== undefined,
    };
  }
}

/** Whatever a tracker makes of unvalidated input: a text, nothing, or else the client's address. */
async function trackerOf(
  limit: Limit,
  throttler: Throttler | undefined,
  request: Request,
  context: ExecutionContext,
): Promise<string | undefined> {
  try {
    const tracker: unknown = throttler?.getTracker
      ? ((await throttler.getTracker(request, context)) ?? byAddress(request))
      : limit.tracker(request);
    return tracker === undefined || typeof tracker === 'string' ? tracker : byAddress(request);
  } catch {
    return byAddress(request);
  }
}

import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Resolvable, Throttle } from '@nestjs/throttler';
import {
  THROTTLER_BLOCK_DURATION,
  THROTTLER_KEY_GENERATOR,
  THROTTLER_LIMIT,
  THROTTLER_SKIP,
  THROTTLER_TRACKER,
  THROTTLER_TTL,
} from '@nestjs/throttler/dist/throttler.constants.js';
import { byAddress } from './client-address.js';
import type { Limit } from './limits.js';
import type { Numbers } from './limits-storage.js';

/** What the library's `@Throttle` says of one name; times in milliseconds. */
export type Throttler = Parameters<typeof Throttle>[0][string];

/** All that `@Throttle` says of a route, by name; what stands on the handler goes before what stands on its class. */
export function throttlersOf(reflector: Reflector, context: ExecutionContext): Map<string, Throttler> {
  const on = [context.getHandler(), context.getClass()];
  const keys = on.flatMap((carrier) => Reflect.getMetadataKeys(carrier) as unknown[]);
  const names = keys.flatMap((key) =>
    typeof key === 'string' && key.startsWith(THROTTLER_LIMIT) ? [key.slice(THROTTLER_LIMIT.length)] : [],
  );
  const said = (field: string) => reflector.getAllAndOverride<never>(field, on);
  return new Map(
    names.map((name) => [
      name,
      {
        limit: said(THROTTLER_LIMIT + name),
        ttl: said(THROTTLER_TTL + name),
        blockDuration: said(THROTTLER_BLOCK_DURATION + name),
        getTracker: said(THROTTLER_TRACKER + name),
        generateKey: said(THROTTLER_KEY_GENERATOR + name),
      },
    ]),
  );
}

/** Whether `@SkipThrottle` takes this name off the route. */
export function isSkipped(reflector: Reflector, context: ExecutionContext, name: string): boolean {
  const on = [context.getHandler(), context.getClass()];
  return reflector.getAllAndOverride<boolean | undefined>(THROTTLER_SKIP + name, on) ?? false;
}

/** What `@Throttle` adds to a route that has no limit of this name: one of each client's address, with the numbers it says. */
export function addedLimit(name: string): Limit {
  return { name, limit: () => NaN, windowSeconds: () => NaN, tracker: byAddress };
}

/**
 * The numbers of a limit as `@Throttle` changes them: what it leaves out stays. Without a `blockDuration`, a `ttl` is also how
 * long a caller is locked out, as in the library; 0 means until the window ends.
 */
export async function throttled(
  numbers: Numbers,
  { limit, ttl, blockDuration }: Throttler,
  context: ExecutionContext,
): Promise<Numbers> {
  const windowSeconds = await secondsOf(ttl, context);
  const blockSeconds = (await secondsOf(blockDuration, context)) ?? numbers.blockSeconds ?? windowSeconds;
  return {
    limit: Math.min(Math.floor((await resolve(limit, context)) ?? numbers.limit), MOST),
    windowSeconds: windowSeconds ?? numbers.windowSeconds,
    blockSeconds: blockSeconds === 0 ? undefined : blockSeconds,
  };
}

/** What the counters hold: a limit of Infinity is as good as this one. */
const MOST = 2 ** 31 - 1;

async function secondsOf(value: Resolvable<number> | undefined, context: ExecutionContext) {
  const milliseconds = await resolve(value, context);
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

async function resolve(value: Resolvable<number> | undefined, context: ExecutionContext) {
  return typeof value === 'function' ? value(context) : value;
}

import 'reflect-metadata';
import type { Config } from '@app/config';
import type { Request } from 'express';

/** At most so many requests of one kind of caller in a fixed window, which begins with the first of them. */
export interface Limit {
  /**
   * What is counted. Routes that share a name share the count, whichever handler or protocol they belong to. One
   * name has one window: rows are locked in the order of their windows.
   */
  name: string;
  limit(config: Config): number;
  windowSeconds(config: Config): number;
  /** How long the first request too many locks the caller out; until the end of the window when absent. */
  blockSeconds?(config: Config): number;
  /**
   * Whose requests these are; `undefined`: the limit does not concern this request.
   *
   * Guards run before validation, so `request.body` may be anything or missing. A tracker that throws or yields
   * something other than a string is counted on the client's address instead: odd input buys neither a 5xx nor a
   * way around the limit.
   */
  tracker(request: Request): string | undefined;
}

/** What a limit says in this configuration. */
export function numbersOf(limit: Omit<Limit, 'tracker'>, config: Config) {
  return {
    limit: limit.limit(config),
    windowSeconds: limit.windowSeconds(config),
    blockSeconds: limit.blockSeconds?.(config),
  };
}

export const LIMITS = Symbol('limits');

/**
 * Limits of every route of a controller, or of one route, which adds them to its controller's. Several decorators
 * on the same target add up, so a composed decorator cannot undo another. Over a limit the request ends in
 * `AuthError('too_many_requests', { retryAfterSeconds })` before anything else of it has run.
 */
export function Limits(...limits: Limit[]): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const carrier = (descriptor?.value ?? target) as object;
    const earlier = (Reflect.getMetadata(LIMITS, carrier) ?? []) as Limit[];
    Reflect.defineMetadata(LIMITS, [...earlier, ...limits], carrier);
  };
}

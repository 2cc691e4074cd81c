import {
  applyDecorators,
  createParamDecorator,
  Inject,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthError, digest } from '@app/kernel';
import { Authenticated, type SessionQuery } from '@app/throttle';
import type { Request } from 'express';
import { presentedKey } from './presented-key.js';
import { liveServiceKey, type FoundServiceKey } from './service-keys.js';
import type { ServiceScope } from './service-scopes.js';

const NeededScope = Reflector.createDecorator<ServiceScope>();

/**
 * Refuses a call without a service key for what it asks: `credential_malformed` when it presents none, `session_not_found` when that is
 * good for nothing (any more), `not_permitted` when it is good for something else.
 */
@Injectable()
export class ServiceKeyGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const key = keyOf(request);
    if (!key) throw new AuthError(key === null ? 'session_not_found' : 'credential_malformed');
    const name = presentedKey(request)?.name;
    if (name !== undefined && name !== key.name) throw new AuthError('session_not_found');
    const scope = this.reflector.getAllAndOverride(NeededScope, [context.getHandler(), context.getClass()]);
    if (!key.scopes.includes(scope)) throw new AuthError('not_permitted');
    return true;
  }
}

/**
 * The route is for services that hold a key of this scope, which `keys service create` makes. The key is looked up in the one statement
 * that counts the request on the limits, and so is what `question` asks, for the holder of a key alone; see `@Authenticated`.
 */
export function ServiceKey(scope: ServiceScope, question?: SessionQuery): MethodDecorator & ClassDecorator {
  const query: SessionQuery = (request, now, config) => {
    const presented = presentedKey(request);
    return presented && liveServiceKey(digest(presented.key), now, question?.(request, now, config));
  };
  return applyDecorators(
    Authenticated(query, { optional: true }),
    NeededScope(scope),
    UseGuards(ServiceKeyGuard),
  );
}

/** What was asked in the statement of the key: a row as JSON; undefined when there is none. */
export const FoundByService = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const key = keyOf(context.switchToHttp().getRequest<Request>());
  if (!key) throw new Error('the route has no @ServiceKey');
  return key.found ?? undefined;
});

/** What the key of the service that calls is called. */
export const ServiceName = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = keyOf(context.switchToHttp().getRequest<Request>());
  if (!key) throw new Error('the route has no @ServiceKey');
  return key.name;
});

function keyOf({ session }: Request): FoundServiceKey | null | undefined {
  return session as FoundServiceKey | null | undefined;
}

import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Config } from '@app/config';
import type { Part } from '@app/database';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/** A row as JSON. */
export type SessionRow = Record<string, unknown>;

/**
 * The SELECT of at most one row that finds the session of a request; `undefined` when the request presents no credential in
 * the form that one has. Like a tracker, it sees input that nobody has validated.
 */
export type SessionQuery = (request: Request, now: Date, config: Config) => Part | undefined;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      /**
       * On a route that is `@Authenticated`, set by the guard of the limits: the session that was found, null when the credential is
       * good for none, undefined when none was presented.
       */
      session?: SessionRow | null | undefined;
    }
  }
}

/** Tells the guard of the limits what to look up in its statement. */
export const SessionLookup = Reflector.createDecorator<SessionQuery>();

/** Refuses a call without a good session: `credential_malformed` when it presents none, else `session_not_found`. */
@Injectable()
export class SessionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { session } = context.switchToHttp().getRequest<Request>();
    if (session) return true;
    throw new AuthError(session === null ? 'session_not_found' : 'credential_malformed');
  }
}

/**
 * The route needs a session, or looks whether there is one (`optional`); the handler gets it by `@CurrentSession()`. It is
 * looked up in the one statement that counts the request on the limits, so that a checked session costs no round trip of
 * its own, and a request over a limit learns nothing of it.
 *
 * The row travels as JSON: timestamps arrive as ISO strings, and 64-bit columns must be cast to text, because
 * JavaScript's numbers end at 53 bits (a larger one is refused rather than rounded). It is as old as the
 * arrival of the request: what must still hold when something is written is checked again by that write.
 *
 * The query's text must not vary with the request, only its values: each text is prepared once a connection. Its
 * values must be such that Postgres can read them (no NUL in a text): an error fails the request and undoes its count.
 */
export function Authenticated(
  query: SessionQuery,
  { optional = false } = {},
): ClassDecorator & MethodDecorator {
  return applyDecorators(SessionLookup(query), ...(optional ? [] : [UseGuards(SessionGuard)]));
}

/** The session of a route that is `@Authenticated`; `undefined` only where it is optional and there is none. */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  if (!('session' in request)) throw new Error('the route is not @Authenticated');
  return request.session ?? undefined;
});

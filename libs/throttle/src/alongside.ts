import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { type Sql } from '@app/database';
import type { Request } from 'express';

/** What to look up for a request; `undefined`: nothing. Like a tracker, it sees input that nobody has validated. */
export type Question = (request: Request, now: Date) => Sql | undefined;

/** A row as JSON. */
export type Found = Record<string, unknown>;

export const ALONGSIDE = Symbol('alongside');
const FOUND = Symbol('found');

/**
 * One SELECT asked in the same round trip as the route's limits: a route that checks a session costs one statement.
 * The handler receives its first row by `@FoundAlongside()`; a request over a limit never sees it.
 *
 * The row travels as JSON: timestamps arrive as ISO strings, and 64-bit columns must be cast to text, because
 * JavaScript's numbers end at 53 bits (a larger one is refused rather than rounded). It is as old as the
 * arrival of the request: what must still hold when something is written is checked again by that write.
 *
 * The question's text must not vary with the request, only its values: each text is prepared once a connection. Its
 * values must be such that Postgres can read them (no NUL in a text): an error fails the request and undoes its count.
 */
export function Alongside(question: Question): MethodDecorator {
  return SetMetadata(ALONGSIDE, question);
}

/** The first row of `@Alongside`, or `undefined` when there was none or nothing was asked. */
export const FoundAlongside = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  foundOn(context.switchToHttp().getRequest<Request>()),
);

type Carrier = Request & { [FOUND]?: Found };

export function putFound(request: Request, found: Found | undefined): void {
  (request as Carrier)[FOUND] = found;
}

/** The same, for what runs before the handler. */
export function foundOn(request: Request): Found | undefined {
  return (request as Carrier)[FOUND];
}

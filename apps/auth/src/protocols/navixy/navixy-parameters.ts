import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Handler, Request } from 'express';
import type { ProtocolTable } from '../protocol-table.js';
import { navixy } from './navixy.protocol.js';

const HASH = /^[0-9a-f]{32}$/;
const SCHEME = /^NVX(?<hash>.*)$/is;
/** What servers of this family put before the path of a call: one of them, once. */
const BASE = /^\/(?:api-v2|v2\/fsm|v2|fsm)(?=\/)/i;

/**
 * Gives every spelling of a call one form before it is routed: what servers of this family put before it (`/v2`, `/v2/fsm`, `/fsm`,
 * `/api-v2`) is optional, and a GET with its parameters in the
 * query, which the protocol discourages but its clients still send, is the POST it stands for.
 */
export function navixySpellings(protocols: ProtocolTable): Handler {
  return (request, _response, next) => {
    const url = request.url.replace(BASE, '');
    const [path = ''] = url.split('?', 1);
    if (protocols.of(path) === navixy) {
      request.url = url;
      if (request.method === 'GET') request.method = 'POST';
    }
    next();
  };
}

/** The call's parameters: those of the body, then those of the query. */
export const NavixyParameters = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  if (Array.isArray(request.body)) throw new AuthError('malformed_request');
  return { ...request.query, ...bodyOf(request) };
});

/** The session hash, from the header, else the body, else the query. Only its form is checked. */
export const NavixyHash = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const hash = presentedHash(context.switchToHttp().getRequest<Request>());
  if (!hash) throw new AuthError('credential_malformed');
  return hash;
});

/** The hash as presented, when it has a hash's form; safe on a body that nobody has validated. */
export function presentedHash(request: Request): string | undefined {
  const scheme = SCHEME.exec(request.headers.authorization ?? '');
  const hash = scheme ? headerHash(scheme) : (bodyOf(request).hash ?? request.query.hash);
  return typeof hash === 'string' && isHash(hash) ? hash : undefined;
}

/** The hash in the header alone, when it has a hash's form. */
export function hashInHeader({ headers: { authorization = '' } }: Request): string | undefined {
  const scheme = SCHEME.exec(authorization);
  const hash = scheme ? headerHash(scheme) : '';
  return isHash(hash) ? hash : undefined;
}

/** Whether a text has the form of a session hash. */
export const isHash = (text: string): boolean => HASH.test(text);

/** `NVX <hash>`: the space is part of the form. A header of another scheme is somebody else's. */
function headerHash(scheme: RegExpExecArray): string {
  const given = scheme.groups?.hash ?? '';
  const start = given.search(/[^ ]/);
  return start > 0 ? given.slice(start) : '';
}

function bodyOf(request: Request): Record<string, unknown> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

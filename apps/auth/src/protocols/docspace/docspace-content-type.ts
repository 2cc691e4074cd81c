import type { NextFunction, Request, Response } from 'express';
import { docspace } from './docspace.protocol.js';

const TYPES = ['application/json', 'text/json', 'text/plain'];

/** The same JSON, under the one of the three types that the client prefers: refusals too. */
export function docspaceContentType(request: Request, response: Response, next: NextFunction): void {
  if (docspace.owns(request.path)) {
    const type = request.accepts(TYPES);
    response.setHeader('Content-Type', `${type === false ? TYPES[0] : type}; charset=utf-8`);
  }
  next();
}

import type { Handler } from 'express';
import type { ProtocolTable } from '../protocol-table.js';
import { docspace } from './docspace.protocol.js';

/** The names that the JSON of this protocol goes by. */
export const DOCSPACE_TYPES = ['application/json', 'text/json', 'text/plain'];

/** The same JSON, under the one of the three types that the client prefers: refusals too. */
export function docspaceContentType(protocols: ProtocolTable): Handler {
  return (request, response, next) => {
    if (protocols.of(request.path) === docspace) {
      const type = request.accepts(DOCSPACE_TYPES);
      response.setHeader('Content-Type', `${type === false ? DOCSPACE_TYPES[0] : type}; charset=utf-8`);
    }
    next();
  };
}

import type { Handler, Request } from 'express';
import type { ProtocolTable } from '../protocol-table.js';
import { docspace } from './docspace.protocol.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      /** The format that the path of a docspace call names by its suffix. */
      suffix?: 'json' | 'xml';
    }
  }
}

/** The names that the JSON of this protocol goes by. */
export const DOCSPACE_TYPES = ['application/json', 'text/json', 'text/plain'];
/** The name of its XML; asked for by the suffix alone. */
export const DOCSPACE_XML = 'text/xml';

/** Of a last segment that is more than the suffix. */
const SUFFIX = /(?<=[^/])(?:\.|%2e)(json|xml)(?=\/*$)/i;
const SELF = /(?<=\/)%40(?=self\b)/i;

/**
 * Gives every spelling of a call one form before it is routed: a suffix names the format of the answer (`…/authentication.json`, older
 * clients send it with every path, `{code}` included), and `@self` may come encoded. Then names the type of the answer, refusals
 * too: that of the suffix, else the one of the three that the client prefers.
 */
export function docspaceSpellings(protocols: ProtocolTable): Handler {
  return (request, response, next) => {
    if (protocols.of(request.path) === docspace) {
      respell(request);
      response.setHeader('Content-Type', `${typeFor(request)}; charset=utf-8`);
    }
    next();
  };
}

function respell(request: Request): void {
  const [path = '', ...query] = request.url.split('?');
  request.suffix = SUFFIX.exec(path)?.[1]?.toLowerCase() as Request['suffix'];
  request.url = [path.replace(SUFFIX, '').replace(SELF, '@'), ...query].join('?');
}

function typeFor(request: Request): string {
  if (request.suffix === 'xml') return DOCSPACE_XML;
  const preferred = request.suffix !== 'json' && request.accepts(DOCSPACE_TYPES);
  return preferred || (DOCSPACE_TYPES[0] as string);
}

import { AuthError } from '@app/kernel';
import { json, urlencoded, type Handler, type NextFunction, type Request, type Response } from 'express';
import { BODY_LIMIT_BYTES } from './body-limit.js';
import { hasRepeatedKeys, readJsonShape } from './json-shape.js';
import type { Protocol } from './protocol.js';
import type { ProtocolTable } from './protocol-table.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      /** Why the body could not be read, in a protocol that says so later (`bodies.late`). */
      bodyProblem?: unknown;
    }
  }
}

type RawRequest = Request & { rawBody?: Buffer; writtenKeys?: number };

/** Reads the body as the protocol of the path allows it; what it does not read is malformed, never ignored. */
export function readBody(protocols: ProtocolTable): Handler {
  const readers = new Map<string, Handler[]>();
  return (request: Request, response: Response, next: NextFunction) => {
    const protocol = protocols.of(request.path);
    let chain = readers.get(protocol.name);
    if (!chain) readers.set(protocol.name, (chain = [refuseCompressed, ...readersOf(protocol)]));
    run(chain, request, response, protocol.bodies.late ? keepProblem(request, next) : next);
  };
}

function readersOf({ bodies }: Protocol): Handler[] {
  const form = urlencoded({ extended: false, limit: BODY_LIMIT_BYTES, parameterLimit: 100 });
  const keepRaw = (request: RawRequest, _response: unknown, raw: Buffer) => {
    request.writtenKeys = readJsonShape(raw);
    request.rawBody = raw;
  };
  return [
    json({ limit: BODY_LIMIT_BYTES, type: bodies.json, verify: keepRaw as never }),
    refuseRepeatedKeys,
    ...(bodies.form ? [form] : []),
    ...(bodies.multipart ? [refuseUnreadUnlessMultipart] : [refuseUnread]),
  ];
}

/** A hundred bytes can be inflated to all that a body may have, and no client of ours compresses. */
const refuseCompressed: Handler = (request, _response, next) => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  next(hasBody(request) && encoding !== 'identity' ? new AuthError('encoding_unsupported') : undefined);
};

const refuseRepeatedKeys: Handler = (request: RawRequest, _response, next) => {
  const repeated = request.writtenKeys && hasRepeatedKeys(request.writtenKeys, request.body);
  next(repeated ? new AuthError('malformed_request') : undefined);
};

const refuseUnread: Handler = (request, _response, next) => {
  next(hasBody(request) && request.body === undefined ? new AuthError('malformed_request') : undefined);
};

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
}

const refuseUnreadUnlessMultipart: Handler = (request, response, next) =>
  request.is('multipart/form-data') ? next() : void refuseUnread(request, response, next);

function keepProblem(request: Request, next: NextFunction): NextFunction {
  return (problem?: unknown) => {
    request.bodyProblem = problem;
    next();
  };
}

function run([first, ...rest]: Handler[], request: Request, response: Response, next: NextFunction): void {
  if (!first) return next();
  void first(request, response, (error?: unknown) =>
    error ? next(error) : run(rest, request, response, next),
  );
}

import { AuthError } from '@app/kernel';
import { json, raw, urlencoded, type Handler, type NextFunction, type Request, type Response } from 'express';
import { hasRepeatedKeys, readJsonShape } from './json-shape.js';
import type { Protocol } from '../protocols/protocol.js';
import type { ProtocolTable } from '../protocols/protocol-table.js';

/** Far beyond any honest call, far below what could hurt. */
export const BODY_LIMIT_BYTES = 64 * 1024;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      /** Why the body could not be read, in a protocol that says so later (`bodies.late`). */
      bodyProblem?: unknown;
    }
  }
}

export type RawRequest = Request & { rawBody?: Buffer; writtenKeys?: number };

/** Reads the body as the protocol of the path allows it; what it does not read is malformed, never ignored. */
export function readBody(protocols: ProtocolTable): Handler {
  const readers = new Map<string, Handler[]>();
  return (request: Request, response: Response, next: NextFunction) => {
    const protocol = protocols.of(request.path);
    let chain = readers.get(protocol.name);
    if (!chain) readers.set(protocol.name, (chain = readersOf(protocol)));
    run(chain, request, response, protocol.bodies.late ? keepProblem(request, next) : next);
  };
}

function readersOf({ bodies }: Protocol): Handler[] {
  const rule = { limit: BODY_LIMIT_BYTES, inflate: false };
  const keepRaw = (request: RawRequest, _response: unknown, bytes: Buffer) => {
    request.rawBody = bytes;
  };
  const keepShape = (request: RawRequest, response: unknown, bytes: Buffer) => {
    request.writtenKeys = readJsonShape(bytes);
    keepRaw(request, response, bytes);
  };
  return [
    refuseCompressed,
    json({ ...rule, type: bodies.json, verify: keepShape as never }),
    refuseRepeatedKeys,
    ...(bodies.form ? [urlencoded({ ...rule, extended: false, parameterLimit: 100 })] : []),
    ...(bodies.multipart ? [raw({ ...rule, type: 'multipart/form-data', verify: keepRaw as never })] : []),
    refuseUnread,
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

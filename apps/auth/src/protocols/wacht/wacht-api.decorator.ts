import type { Writable } from 'node:stream';
import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { NoFilesInterceptor } from '@nestjs/platform-express';
import { ApiCookieAuth, ApiExtraModels, ApiResponse } from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import type { RawRequest } from '../../http/read-body.js';
import { UseProtocol } from '../use-protocol.decorator.js';
import { EMPTY_SESSION, WachtEnvelope, WachtErrorResponse } from './wacht-session.dto.js';
import { wachtErrors } from './wacht.errors.js';
import { wacht } from './wacht.protocol.js';

/** The name of the credential in the OpenAPI document. */
export const WACHT_SESSION = 'wachtSession';

/** The body types of this protocol. */
export const FORMS = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

const KIB = 1024;
/** Far beyond any honest form, far below what could hurt. */
const FORM_LIMITS = { fields: 30, parts: 30, fieldSize: 8 * KIB, fieldNameSize: 100, files: 0 };
/** The body has been read as a whole by then, within the limit of all bodies. */
const FORMS_READ = {
  limits: FORM_LIMITS,
  streamHandler: (request: RawRequest, reader: Writable) => reader.end(request.rawBody),
};
const EVERYWHERE: AuthErrorCode[] = [
  'body_too_large',
  'encoding_unsupported',
  'origin_refused',
  'too_many_requests',
  'unexpected',
  'database_unavailable',
];

/** A controller of this protocol: its strictness, its error words, its body types and its credential. */
export function WachtApi(): ClassDecorator {
  return applyDecorators(UseProtocol(wacht), ApiExtraModels(WachtEnvelope), ApiCookieAuth(WACHT_SESSION));
}

/** The call may have a body in each of the protocol's types. To stand behind what looks up the browser session. */
export const ReadsForms = () => UseInterceptors(NoFilesInterceptor(FORMS_READ));

/** The refusals of one call, by status, each with an example. */
export function WachtErrors(...codes: AuthErrorCode[]): MethodDecorator {
  const all = [...codes, ...EVERYWHERE];
  const statuses = [...new Set(all.map((code) => wachtErrors[code].status))];
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        type: WachtErrorResponse,
        description: 'Refused.',
        ...(status === 429 && { headers: RETRY_AFTER }),
        examples: examples(all.filter((code) => wachtErrors[code].status === status)),
      }),
    ),
  );
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function examples(codes: AuthErrorCode[]) {
  return Object.fromEntries(
    codes.map((name) => {
      const { status, code, message } = wachtErrors[name];
      const value = { status, message, data: null, session: EMPTY_SESSION, errors: [{ code, message }] };
      return [name, { summary: message, value }];
    }),
  );
}

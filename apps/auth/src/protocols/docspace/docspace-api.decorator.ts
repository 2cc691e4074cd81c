import { applyDecorators, UseInterceptors, type Type } from '@nestjs/common';
import {
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiProduces,
  ApiProperty,
  ApiResponse,
  ApiSecurity,
} from '@nestjs/swagger';
import type { AuthErrorCode } from '@app/kernel';
import { UseProtocol } from '../use-protocol.decorator.js';
import { DocspaceEnvelope, DocspaceErrorResponse } from './docspace-envelope.dto.js';
import { DocspaceEnvelopeInterceptor } from './docspace-envelope.interceptor.js';
import { docspaceErrors } from './docspace.errors.js';
import { DOCSPACE_TYPES } from './docspace-spellings.js';
import { docspace, renderError } from './docspace.protocol.js';

/** The names of the credential in the OpenAPI document. */
export const DOCSPACE_COOKIE = 'docspaceCookie';
export const DOCSPACE_HEADER = 'docspaceHeader';

const EVERYWHERE: AuthErrorCode[] = [
  'malformed_request',
  'body_too_large',
  'encoding_unsupported',
  'too_many_requests',
  'unexpected',
  'database_unavailable',
];

/** A controller of this protocol: its strictness, its envelope, its error words, and what every call may answer. */
export function DocspaceApi(): ClassDecorator {
  return applyDecorators(
    UseProtocol(docspace),
    UseInterceptors(DocspaceEnvelopeInterceptor),
    ApiProduces(...DOCSPACE_TYPES),
    ApiExtraModels(DocspaceEnvelope),
    ...responses(EVERYWHERE),
  );
}

/** The refusals of one call, each as an example of its status. */
export function DocspaceErrors(...codes: AuthErrorCode[]): MethodDecorator {
  return applyDecorators(...responses([...codes, ...EVERYWHERE]));
}

/** The body types of this protocol. */
export const ReadsDocspaceJson = () => ApiConsumes('application/json', 'application/*+json', 'text/json');

/** The call needs a token, as cookie or header. */
export const NeedsDocspaceToken = () =>
  applyDecorators(ApiSecurity(DOCSPACE_COOKIE), ApiSecurity(DOCSPACE_HEADER));

type Content = Type | [Type] | 'boolean' | 'text' | 'nothing';

const PLAIN = {
  boolean: { name: 'DocspaceBoolean', type: Boolean },
  text: { name: 'DocspaceText', type: String },
  nothing: { name: 'DocspaceNothing', type: undefined },
} as const;

/** What the call answers, in the envelope; `optional`: or nothing. */
export const DocspaceAnswers = (content: Content, { optional = false } = {}) =>
  ApiOkResponse({ type: enveloped(content, optional) });

const known = new Map<string, Type<DocspaceEnvelope>>();

function enveloped(content: Content, optional: boolean): Type<DocspaceEnvelope> {
  const name = `${optional ? 'Optional' : ''}${nameOf(content)}Envelope`;
  let type = known.get(name);
  if (!type) known.set(name, (type = declare(name, content, !optional)));
  return type;
}

function nameOf(content: Content): string {
  if (typeof content === 'string') return PLAIN[content].name;
  return Array.isArray(content) ? `${content[0].name}List` : content.name;
}

function declare(name: string, content: Content, required: boolean): Type<DocspaceEnvelope> {
  class Enveloped extends DocspaceEnvelope {}
  Object.defineProperty(Enveloped, 'name', { value: name });
  if (content !== 'nothing') {
    const type = typeof content === 'string' ? PLAIN[content].type : content;
    ApiProperty({ type: type as Type, required })(Enveloped.prototype, 'response');
  }
  return Enveloped;
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until the call can succeed.', schema: { type: 'integer' } },
} as const;

function responses(codes: AuthErrorCode[]) {
  const statuses = [...new Set(codes.map((code) => docspaceErrors[code].status))];
  return statuses.map((status) => {
    const said = codes.filter((code) => docspaceErrors[code].status === status);
    const description = [...new Set(said.map((code) => docspaceErrors[code].message))].join('. ');
    const examples = Object.fromEntries(
      said.map((code) => [
        code,
        { summary: docspaceErrors[code].message, value: renderError({ code, details: {} }).body },
      ]),
    );
    return ApiResponse({
      status,
      description,
      type: DocspaceErrorResponse,
      examples,
      ...(status === 429 && { headers: RETRY_AFTER }),
    });
  });
}

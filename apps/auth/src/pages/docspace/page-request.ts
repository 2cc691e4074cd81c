import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isPlainText, type RequestContext } from '@app/kernel';
import type { Request } from 'express';
import { isStepKey } from '../../protocols/docspace/docspace-cookie.js';
import { docspace } from '../../protocols/docspace/docspace.protocol.js';
import type { PageInput } from './page.service.js';

/** The key in the page's address; empty when there is none. */
export const PageKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { key } = context.switchToHttp().getRequest<Request>().query;
  return typeof key === 'string' && isStepKey(key) ? key : '';
});

const INPUT_LENGTH = 64;

/** The one field of the form, whatever else came. */
export const PageFields = createParamDecorator((_: unknown, context: ExecutionContext): PageInput => {
  const body = (context.switchToHttp().getRequest<Request>().body ?? {}) as Record<string, unknown>;
  const text = (value: unknown) =>
    typeof value === 'string' && value.length <= INPUT_LENGTH && isPlainText(value) ? value : undefined;
  return { code: text(body['code']), phone: text(body['phone']) };
});

/** The pages stand outside the paths of the protocol whose keys they take. */
export const inDocspace = (call: RequestContext): RequestContext => ({ ...call, protocol: docspace.name });

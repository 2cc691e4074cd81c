import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';
import { credentialInCookie, isStepKey, STEP_KEY } from './docspace-cookie.js';
import { presentedToken } from './docspace-token.js';

/** What a page of a set-up is allowed to do, by the step it stands for. */
export const CONFIRM_TYPES = ['PhoneAuth', 'PhoneActivation', 'TfaAuth', 'TfaActivation'] as const;
export type ConfirmType = (typeof CONFIRM_TYPES)[number];

/** The cookie that carries the key of a step; of a phone the key goes in the page's address alone. */
export function confirmCookieOf(type: ConfirmType): string | undefined {
  return type === 'TfaAuth' || type === 'TfaActivation' ? confirmCookieName(type) : undefined;
}

/**
 * The key of a step, from the header `confirm: type=…&key=…` that the pages of this family send, else from the cookie that
 * came with the first step. `type`: as the client named it.
 */
export const DocspaceConfirmKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = confirmKey(context.switchToHttp().getRequest<Request>());
  if (!key) throw new AuthError('session_not_found');
  return key;
});

/** The key that the browser has for a step of this type. */
export type KeyInCookie = (type: string | undefined) => string | undefined;

export const DocspaceKeyInCookie = createParamDecorator(
  (_: unknown, context: ExecutionContext): KeyInCookie => {
    const request = context.switchToHttp().getRequest<Request>();
    return (named) =>
      typesNamed(named).map((type) => credentialInCookie(request, confirmCookieName(type), STEP_KEY))[0];
  },
);

/** A header that names a type and no key means the cookie of that type. Safe on a request that nobody has validated. */
export function confirmKey(request: Request): string | undefined {
  const { confirm = '' } = request.headers;
  const said = new URLSearchParams(String(confirm));
  const key = said.get('key')?.trim();
  if (key) return isStepKey(key) ? key : undefined;
  const type = said.get('type');
  const types = type ? typesNamed(type) : CONFIRM_TYPES;
  return types
    .map((each) => credentialInCookie(request, confirmCookieName(each), STEP_KEY))
    .find((found) => found !== undefined);
}

/** All that a call of this protocol may be made with: the token, and the key of a step. Safe on a request that nobody has validated. */
export function presentedCredentials(request: Request): string {
  return `${presentedToken(request) ?? ''} ${confirmKey(request) ?? ''}`;
}

function typesNamed(named = ''): ConfirmType[] {
  return CONFIRM_TYPES.filter((type) => type.toLowerCase() === named.trim().toLowerCase());
}

export function confirmCookieName(type: ConfirmType): string {
  return `asc_confirm_key_${type}`;
}

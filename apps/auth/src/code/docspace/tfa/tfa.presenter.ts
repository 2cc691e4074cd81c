import type { SecondFactor } from '@app/accounts';
import type { Response } from 'express';
import { confirmCookieOf } from '../../../protocols/docspace/docspace-confirm-key.js';
import type { KeptCode } from './authenticator.service.js';
import type { SignInStep } from '../first-factor/credentials.js';
import type { DocspaceBackupCode, DocspaceTfaKind, DocspaceTfaPage, DocspaceTfaSubject } from './tfa.dto.js';
import { confirmType, presentStep } from '../authentication.presenter.js';

export const FACTOR_OF_TYPE = { None: 'none', Sms: 'sms', App: 'totp' } as const;

/** What clients in C# send for no account. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Whom a request names, in lower case: an `id` that names nobody means the caller. */
export function namedBy({ id, mandatoryUsers, mandatoryGroups }: DocspaceTfaSubject): string[] {
  const subject = !id || id === NOBODY ? [] : [id];
  return [...subject, ...(mandatoryUsers ?? []), ...(mandatoryGroups ?? [])].map((uuid) =>
    uuid.toLowerCase(),
  );
}

export function presentKinds({
  factor,
  canText,
}: {
  factor: SecondFactor;
  canText: boolean;
}): DocspaceTfaKind[] {
  return [
    { id: 'sms', title: 'SMS', enabled: factor === 'sms', ...reach(canText) },
    { id: 'app', title: 'Authenticator app', enabled: factor === 'totp', ...reach(true) },
  ];
}

function reach(available: boolean) {
  const whoElse = { trustedIps: [], mandatoryUsers: [], mandatoryGroups: [] };
  return { available, avaliable: available, ...whoElse };
}

/** The page of the step with its cookie, set and told; undefined where there is no step. */
export function presentPageAndCookie(step: SignInStep, response: Response): DocspaceTfaPage | undefined {
  const { confirmUrl: url } = presentStep(step, response);
  if (!url) return undefined;
  const cookieName = confirmCookieOf(confirmType(step));
  return { url, ...(cookieName && { cookieName, cookieValue: step.awaits?.key }) };
}

/** The page of the step, with its cookie; nothing where there is no step. */
export function presentPage(step: SignInStep, response: Response): string {
  return presentStep(step, response).confirmUrl ?? '';
}

export function presentCodes(codes: KeptCode[]): DocspaceBackupCode[] {
  return codes.map(({ code, used }) => ({ isUsed: used, code }));
}

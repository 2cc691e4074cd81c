import type { SecondFactor } from '@app/accounts';
import { confirmCookieOf } from '../../protocols/docspace/docspace-confirm-key.js';
import type { KeptCode } from './authenticator.service.js';
import type { SignInStep } from '../../code/docspace/first-factor/credentials.js';
import type { DocspaceBackupCode, DocspaceTfaKind, DocspaceTfaPage, DocspaceTfaSubject } from './tfa.dto.js';
import type { DocspaceAuthentication } from '../../code/docspace/authentication.dto.js';
import { confirmType } from '../../code/docspace/authentication.presenter.js';

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

/** The page of the step with its cookie; undefined where there is no step. */
export function presentPageAndCookie(
  step: SignInStep,
  { confirmUrl: url }: DocspaceAuthentication,
): DocspaceTfaPage | undefined {
  if (!url) return undefined;
  const cookieName = confirmCookieOf(confirmType(step));
  return { url, ...(cookieName && { cookieName, cookieValue: step.awaits?.key }) };
}

/** The page of the step; nothing where there is no step. */
export function presentPage({ confirmUrl }: DocspaceAuthentication): string {
  return confirmUrl ?? '';
}

export function presentCodes(codes: KeptCode[]): DocspaceBackupCode[] {
  return codes.map(({ code, used }) => ({ isUsed: used, code }));
}

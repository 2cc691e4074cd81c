import type { SecondFactor } from '@app/accounts';
import type { Response } from 'express';
import type { KeptCode } from './authenticator.service.js';
import type { SignInStep } from '../first-factor/credentials.js';
import type { DocspaceBackupCode, DocspaceTfaKind, DocspaceTfaSubject } from './tfa.dto.js';
import { presentStep } from '../authentication.presenter.js';

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
    { id: 'sms', title: 'SMS', enabled: factor === 'sms', avaliable: canText },
    { id: 'app', title: 'Authenticator app', enabled: factor === 'totp', avaliable: true },
  ];
}

/** The page of the step, with its cookie; nothing where there is no step. */
export function presentPage(step: SignInStep, response: Response): string {
  return presentStep(step, response).confirmUrl ?? '';
}

export function presentCodes(codes: KeptCode[]): DocspaceBackupCode[] {
  return codes.map(({ code, used }) => ({ isUsed: used, code }));
}

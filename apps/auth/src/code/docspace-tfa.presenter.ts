import type { SecondFactor } from '@app/accounts';
import type { KeptCode } from './docspace-authenticator.service.js';
import type { DocspaceBackupCode, DocspaceTfaKind } from './docspace-tfa.dto.js';

export const FACTOR_OF_TYPE = { None: 'none', Sms: 'sms', App: 'totp' } as const;

export function presentKinds(factor: SecondFactor): DocspaceTfaKind[] {
  return [
    { id: 'sms', title: 'SMS', enabled: factor === 'sms', avaliable: true },
    { id: 'app', title: 'Authenticator app', enabled: factor === 'totp', avaliable: true },
  ];
}

export function presentCodes(codes: KeptCode[]): DocspaceBackupCode[] {
  return codes.map(({ code, used }) => ({ isUsed: used, code }));
}

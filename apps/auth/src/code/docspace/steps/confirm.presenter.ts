import { AuthError, isSameEmail } from '@app/kernel';
import type { DocspaceConfirmation, DocspaceConfirmRequest, DocspaceTfaSetup } from './confirm.dto.js';
import type { KeyState } from './key-check.service.js';
import { qrCodeUrl } from '@app/pages';
import type { StepView } from './step-view.service.js';

const OK = 0;
const INVALID = 1;
const EXPIRED = 2;

/** A key that is somebody else's, or for something else, is as good as none. */
export function presentConfirmation(
  key: KeyState | undefined,
  asked: DocspaceConfirmRequest,
): DocspaceConfirmation {
  if (!key || !isMeant(key, asked)) return { result: INVALID };
  if (key.state !== 'good') return { result: key.state === 'expired' ? EXPIRED : INVALID };
  return { result: OK, ...(key.email && { email: key.email }) };
}

/** Refused where there is no step, and where it has no authenticator to set up. */
export function presentSetup(step: StepView | undefined): DocspaceTfaSetup {
  if (!step) throw new AuthError('session_not_found');
  if (!step.authenticator) throw new AuthError('attempt_not_found');
  const { label, secret, uri } = step.authenticator;
  return { account: label, manualEntryKey: secret, qrCodeSetupImageUrl: qrCodeUrl(uri) };
}

function isMeant(key: KeyState, { type, email, uiD }: DocspaceConfirmRequest): boolean {
  if (type !== undefined && type !== key.type) return false;
  if (email?.trim() && !isSameEmail(email, key.email)) return false;
  return !uiD?.trim() || uiD.trim().toLowerCase() === key.uuid;
}

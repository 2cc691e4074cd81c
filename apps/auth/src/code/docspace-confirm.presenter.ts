import { AuthError } from '@app/kernel';
import type { DocspaceConfirmation, DocspaceTfaSetup } from './docspace-confirm.dto.js';
import { qrCodeUrl } from './docspace-qr.js';
import type { StepView } from './docspace-step-view.service.js';

const OK = 0;
const INVALID = 1;

export function presentConfirmation(step: StepView | undefined): DocspaceConfirmation {
  return { result: step ? OK : INVALID };
}

/** Refused where there is no step, and where it has no authenticator to set up. */
export function presentSetup(step: StepView | undefined): DocspaceTfaSetup {
  if (!step) throw new AuthError('session_not_found');
  if (!step.authenticator) throw new AuthError('attempt_not_found');
  const { secret, uri } = step.authenticator;
  return { manualEntryKey: secret, qrCodeSetupImageUrl: qrCodeUrl(uri) };
}

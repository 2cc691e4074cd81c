import { days, whole } from './readers.js';
import { set } from './variable.js';

/** How long is kept what nothing else ends. */
export const retentions = {
  AUDIT_RETENTION_DAYS: set(days, '400', 'How long the audit log is kept.'),
  AUDIT_REFUSALS_RETENTION_DAYS: set(
    days,
    '30',
    'How long it is kept what calls were refused that did nothing; never longer than the rest.',
  ),
  UNPROVEN_ACCOUNT_DAYS: set(
    days,
    '7',
    'How long an account is kept that somebody registered, nobody has proven to own, and nobody uses.',
  ),
  DELETION_DELAY_SECONDS: set(
    whole(0, 30 * 86_400),
    String(14 * 86_400),
    'How long an account that is to be deleted can be restored; 0 deletes it at once.',
  ),
};

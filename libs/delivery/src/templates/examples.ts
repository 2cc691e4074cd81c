import type { MessageFacts, TemplateName } from '../message.js';

const REQUEST = {
  requestedAt: '2026-01-15T12:00:00.000Z',
  clientAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
};
const CODE = { ...REQUEST, code: '493027', lifeSeconds: 300 };
const LONG_CODE = { ...REQUEST, code: '1234-5678-9012-3456', lifeSeconds: 600 };
const KEY = { link: 'https://auth.example.com/confirm/Auth?key=example', lifeSeconds: 604_800 };

/** What each message may be told, every kind of it once: for previews, and for tests that have to see all of them. */
export const EXAMPLES: { [T in TemplateName]: readonly [MessageFacts[T], ...MessageFacts[T][]] } = {
  sign_in_code: [CODE],
  sign_up_code: [CODE],
  address_code: [CODE],
  account_exists: [REQUEST],
  password_needed: [REQUEST],
  password_reset: [
    { ...REQUEST, link: 'https://auth.example.com/reset-password?token=example', lifeSeconds: 900 },
  ],
  reset_elsewhere: [REQUEST],
  password_changed: [REQUEST, { ...REQUEST, by: 'operator' }, { ...REQUEST, by: 'itself' }],
  username_changed: [REQUEST],
  email_change: [
    { ...REQUEST, link: 'https://auth.example.com/confirm-email?token=example', lifeSeconds: 900 },
  ],
  email_changing: [REQUEST],
  email_changed: [REQUEST],
  phone_changed: [
    { ...REQUEST, change: 'set' },
    { ...REQUEST, change: 'removed' },
  ],
  keys_added: [REQUEST],
  passkeys_changed: [
    { ...REQUEST, change: 'added' },
    { ...REQUEST, change: 'removed' },
  ],
  account_disabled: [REQUEST],
  account_deleting: [{ ...REQUEST, dueAt: '2026-01-29T12:00:00.000Z' }],
  account_deleted: [{ ...REQUEST, by: 'itself' }],
  magic_link: [
    {
      ...CODE,
      lifeSeconds: 900,
      link: 'https://auth.example.com/magic-link?token=example',
      notMeLink: 'https://auth.example.com/magic-link/not-me?token=example',
    },
  ],
  factor_changed: [
    { ...REQUEST, change: 'totp_enabled' },
    { ...REQUEST, change: 'sms_enabled' },
    { ...REQUEST, change: 'email_enabled' },
    { ...REQUEST, change: 'disabled' },
    { ...REQUEST, change: 'backup_codes_renewed' },
  ],
  identity_linked: [{ ...REQUEST, provider: 'Acme' }],
  invitation: [KEY],
  sign_in_key: [KEY],
  recovery_code: [LONG_CODE],
  registration_code: [LONG_CODE],
  login_code: [LONG_CODE],
  recovery_started: [
    {
      ...REQUEST,
      dueAt: '2026-01-16T12:00:00.000Z',
      stopUrl: 'https://auth.example.com/auth/recover/stop?token=example',
    },
  ],
  recovery_completed: [REQUEST],
};

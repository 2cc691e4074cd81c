import { templateOf } from './templates.js';

const site = { name: 'Example', host: 'auth.example.com' };
const request = {
  requestedAt: '2026-01-15T12:00:00.000Z',
  clientAddress: '203.0.113.7',
  userAgent: '<b>evil</b>',
};

const NOTICES: [string, object][] = [
  ['username_changed', {}],
  ['phone_changed', { change: 'set' }],
  ['phone_changed', { change: 'removed' }],
  ['keys_added', {}],
  ['passkeys_changed', { change: 'added' }],
  ['passkeys_changed', { change: 'removed' }],
  ['account_disabled', {}],
  ['password_changed', {}],
  ['reset_elsewhere', {}],
  ['identity_linked', { provider: 'Acme' }],
  ...['totp_enabled', 'sms_enabled', 'email_enabled', 'disabled', 'backup_codes_renewed'].map(
    (change): [string, object] => ['factor_changed', { change }],
  ),
];

describe.each(['en', 'de'] as const)('in %s', (language) => {
  it.each(NOTICES)('%s %j says what happened and who asked, in no words of the caller', (name, facts) => {
    const { mail, sms } = templateOf(name)({ ...request, ...facts }, site, language);
    expect(mail.subject).toContain('Example');
    expect(mail.text).toContain('203.0.113.7');
    expect(mail.text + mail.html + sms).not.toMatch(/evil|undefined|http/);
    expect(mail.language).toBe(language);
    // What stands in the text is what the mail opens with.
    expect(mail.text.startsWith(sms.slice(0, 40))).toBe(true);
  });

  it.each(NOTICES)('%s %j names whoever runs the site, and no address, when they did it', (name, facts) => {
    const byOperator = { ...request, clientAddress: 'local', by: 'operator' };
    const { mail } = templateOf(name)({ ...byOperator, ...facts }, site, language);
    expect(mail.text).toMatch(language === 'en' ? /By: whoever runs the site/ : /Durch: den Betreiber/);
    expect(mail.text).not.toMatch(/local|IP/);
  });
});

it('speaks English and German apart', () => {
  for (const [name, facts] of NOTICES) {
    const [english, german] = (['en', 'de'] as const).map(
      (language) => templateOf(name)({ ...request, ...facts }, site, language).sms,
    );
    expect(english).not.toBe(german);
  }
});

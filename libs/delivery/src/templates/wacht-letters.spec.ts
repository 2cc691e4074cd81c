import { accountExists, passwordChanged, passwordNeeded } from './account-notice.js';
import { passwordReset } from './password-reset.js';
import { signUpCode } from './sign-up-code.js';

const request = {
  requestedAt: '2026-01-15T12:00:00.000Z',
  clientAddress: '203.0.113.7',
  userAgent: '<b>evil</b>',
};
const site = { name: 'Example', host: 'auth.example.com' };

describe('the letters of sign-up and password reset', () => {
  it.each(['en', 'de'] as const)(
    'carry the sign-up code in %s, on a line of its own, and for browsers in the text',
    (language) => {
      const { mail, sms } = signUpCode({ ...request, code: '123456', lifeSeconds: 300 }, site, language);
      expect(mail.text.split('\n')).toContain('123456');
      expect(mail.subject).not.toContain('123456');
      expect(sms.endsWith('@auth.example.com #123456')).toBe(true);
    },
  );

  it.each(['en', 'de'] as const)('carry the reset link in %s, as text and as a link', (language) => {
    const link = 'https://auth.example.com/reset?token=abc';
    const { mail } = passwordReset({ ...request, link, lifeSeconds: 900 }, site, language);
    expect(mail.text.split('\n')).toContain(link);
    expect(mail.html).toContain(`href="${link}"`);
  });

  it.each([accountExists, passwordNeeded, passwordChanged])(
    'tell who asked, and never repeat what a caller wrote',
    (template) => {
      for (const language of ['en', 'de'] as const) {
        const { mail, sms } = template(request, site, language);
        expect(mail.text).toContain('203.0.113.7');
        expect(mail.text + mail.html + sms).not.toContain('evil');
        expect(mail.subject).toContain('Example');
      }
    },
  );
});

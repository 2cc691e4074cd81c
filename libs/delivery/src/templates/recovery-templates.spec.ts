import { templateOf } from './templates.js';

const SITE = { name: 'Example', host: 'auth.example.com' };
const REQUEST = {
  requestedAt: '2026-01-15T12:00:00.000Z',
  clientAddress: '192.0.2.7',
  userAgent: '<b>Buy now</b>',
};
const CODE = '1234-5678-9012-3456';
const STOP = 'https://auth.example.com/auth/recover/stop?token=abc_DEF-123';

describe.each(['en', 'de'] as const)('in %s', (language) => {
  describe.each(['recovery_code', 'registration_code', 'login_code'])('%s', (name) => {
    const { mail, sms } = templateOf(name)({ ...REQUEST, code: CODE, lifeSeconds: 600 }, SITE, language);

    it('has the code on a line of its own, and never in the subject', () => {
      expect(mail.text.split('\n')).toContain(CODE);
      expect(mail.html).toContain(CODE);
      expect(mail.subject).not.toMatch(/\d/);
    });

    it('is bound to our host as a text message', () => {
      expect(sms.endsWith(`\n\n@auth.example.com #${CODE}`)).toBe(true);
    });

    it('says when and where from it was asked for, in no words of the caller', () => {
      expect(mail.text).toContain('192.0.2.7');
      expect(mail.text + mail.html).not.toContain('Buy now');
    });
  });

  it('tells of a recovery that waits until when, and where to stop it', () => {
    const facts = { ...REQUEST, dueAt: '2026-01-16T12:00:00.000Z', stopUrl: STOP };
    const { mail, sms } = templateOf('recovery_started')(facts, SITE, language);
    expect(mail.text.split('\n')).toContain(STOP);
    expect(mail.html).toContain(`href="${STOP}"`);
    expect(mail.text).toContain('16');
    expect(sms).toContain(STOP);
  });

  it('tells of a recovery that is done, without a link', () => {
    const { mail, sms } = templateOf('recovery_completed')(REQUEST, SITE, language);
    expect(mail.text + mail.html + sms).not.toContain('http');
    expect(mail.text).toContain('Example');
  });
});

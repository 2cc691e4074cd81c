import { withFooter } from './footer.js';
import { magicLink } from './magic-link.js';
import { accountDisabled } from './account-events.js';
import { signInCode } from './sign-in-code.js';

const SITE = { name: 'Countersign', host: 'auth.example.com' };
const FOOTER = { reference: 'K7QZ2M4X', notMeUrl: 'https://auth.example.com/not-me?token=K7QZ2M4X.abc' };
const asked = { requestedAt: '2026-01-15T12:00:00Z', clientAddress: '203.0.113.7', userAgent: '' };
const code = { code: '493027', lifeSeconds: 300, ...asked };

describe('the end of every message', () => {
  it.each(['en', 'de'] as const)(
    'names its reference and where to say that it was not me, in both parts (%s)',
    (language) => {
      const link = { ...code, link: 'https://a.example/1', notMeLink: 'https://a.example/2' };
      for (const words of [
        signInCode(code, SITE, language),
        magicLink(link, SITE, language),
        accountDisabled(asked, SITE, language),
      ]) {
        const { mail } = withFooter(words, FOOTER, language);
        expect(mail.text.trimEnd().endsWith(FOOTER.notMeUrl)).toBe(true);
        expect(mail.text).toContain('K7QZ2M4X\n');
        expect(mail.html).toContain(`<a href="${FOOTER.notMeUrl}"`);
        expect(mail.html.match(/<\/body>/g)).toHaveLength(1);
        expect(mail.subject).toBe(words.mail.subject);
      }
    },
  );

  it('leaves the line of a text last by which a browser fills the code in, and one text long', () => {
    const { sms } = withFooter(signInCode(code, SITE, 'en'), FOOTER, 'en');
    expect(sms).toMatch(/ Ref\. K7QZ2M4X\n\n@auth\.example\.com #493027$/);
    expect(sms.length).toBeLessThanOrEqual(160);
  });

  it('is not there without a reference', () => {
    const words = signInCode(code, SITE, 'en');
    expect(withFooter(words, { reference: null, notMeUrl: null }, 'en')).toBe(words);
  });
});

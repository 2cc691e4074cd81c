import { identityLinked } from './identity-linked.js';
import { invitation, signInKey } from './mailed-key.js';

const site = { name: 'Example', host: 'auth.example.com' };
const link = 'https://auth.example.com/confirm/Auth?type=Auth&key=abc';

describe('the letters of mailed keys and identities', () => {
  it.each([
    [invitation, 604_800, '7 days', '7 Tage'],
    [signInKey, 900, '15 minutes', '15 Minuten'],
  ])(
    'carry the link on a line of its own and say how long it is good',
    (template, lifeSeconds, english, german) => {
      const [en, de] = (['en', 'de'] as const).map((language) =>
        template({ link, lifeSeconds }, site, language),
      );
      expect([en?.mail.text, de?.mail.text]).toEqual([
        expect.stringContaining(`for ${english}`),
        expect.stringContaining(`${german} lang`),
      ]);
      for (const letter of [en, de]) {
        expect(letter?.mail.text.split('\n')).toContain(link);
        expect(letter?.mail.text).toMatch(/\S\n$/);
        expect(letter?.mail.html).not.toContain('<table');
        expect(letter?.mail.subject).not.toContain('abc');
        expect(letter?.sms.endsWith(link)).toBe(true);
      }
    },
  );

  it.each(['en', 'de'] as const)(
    'name the provider that opens an account now, and who asked, in %s',
    (language) => {
      const facts = {
        provider: '<acme>',
        requestedAt: '2026-01-15T12:00:00.000Z',
        clientAddress: '203.0.113.7',
        userAgent: '<b>evil</b>',
      };
      const { mail, sms } = identityLinked(facts, site, language);
      expect(mail.text).toContain('<acme>');
      expect(mail.html).toContain('&lt;acme&gt;');
      expect(mail.text).toContain('203.0.113.7');
      expect(mail.text + mail.html + sms).not.toContain('evil');
    },
  );
});

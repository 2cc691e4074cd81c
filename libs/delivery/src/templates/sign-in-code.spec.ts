import { Speeches } from '@app/pages';
import { EXAMPLES } from './examples.js';
import { written } from './footer.js';
import { signInCode } from './sign-in-code.js';

const SITE = { name: 'Example', host: 'auth.example.com' };
const FOOTER = { reference: 'K7QZ2M4X', notMeUrl: null };
const [facts] = EXAMPLES.sign_in_code;

async function inLanguage(language: string) {
  const speech = await new Speeches().of(language);
  return written(speech, signInCode(facts, SITE, speech), FOOTER);
}

describe('the sign-in code in words', () => {
  it.each([
    [
      'en',
      'Your Example sign-in code',
      [
        'once and expires after 5 minutes',
        '15 January 2026 at 12:00 UTC',
        'Firefox on Windows',
        'If this was not you',
      ],
    ],
    [
      'de',
      'Ihr Anmeldecode für Example',
      [
        'einmal und 5 Minuten lang',
        '15. Januar 2026 um 12:00 UTC',
        'Firefox unter Windows',
        'Waren Sie das nicht',
      ],
    ],
    [
      'pl',
      'Kod logowania do Example',
      ['Czas ważności: 5 minut', '15 stycznia 2026 12:00 UTC', 'Firefox w systemie Windows'],
    ],
    ['ar', 'رمز تسجيل الدخول إلى Example', ['مدة الصلاحية: 5 دقائق', 'Firefox على Windows', '203.0.113.7']],
  ])('says in %s who asked, from where and for how long it works', async (language, subject, sentences) => {
    const { mail } = await inLanguage(language);
    expect(mail.subject).toBe(subject);
    for (const sentence of sentences) {
      expect(mail.text).toContain(sentence);
      expect(mail.html).toContain(sentence);
    }
  });

  it.each(['en', 'de'])(
    'is one text message long in %s, reference and line for browsers included',
    async (language) => {
      const { sms } = await inLanguage(language);
      expect(sms).toMatch(/ (Ref|Kz)\. K7QZ2M4X\n\n@auth\.example\.com #493027$/);
      expect(sms.length).toBeLessThanOrEqual(160);
    },
  );

  it('says nothing of a caller but words of our own', () => {
    const userAgent = '<script>alert(1)</script> Firefox/1 Your account is locked';
    return new Speeches().of('en').then((speech) => {
      const { mail } = signInCode({ ...facts, userAgent, clientAddress: 'evil' }, SITE, speech);
      expect(mail.text).toContain('Browser: Firefox\n');
      expect(mail.text).toContain('IP address: unknown\n');
    });
  });

  it('loads nothing and links nowhere', async () => {
    expect((await inLanguage('en')).mail.html).not.toMatch(
      /https?:|href|src=|url\(|<img|<script|<link|@import/i,
    );
  });

  it('stays narrow enough in its raw form for no transfer encoding to break the code', async () => {
    expect((await inLanguage('ja')).mail.html.split('\n')).toContain('493027');
  });

  it('is fit for the dark', async () => {
    const { html } = (await inLanguage('en')).mail;
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('@media (prefers-color-scheme: dark)');
  });
});

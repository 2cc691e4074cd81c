import { LANGUAGES, Speeches, type Speech } from '@app/pages';
import { EXAMPLES } from './examples.js';
import { written } from './footer.js';
import { templateOf } from './templates.js';

const SITE = { name: 'A <b>&"C', host: 'auth.example.com' };
const FOOTER = { reference: 'K7QZ2M4X', notMeUrl: 'https://auth.example.com/not-me?token=K7QZ2M4X.abc' };
const CASES = Object.entries(EXAMPLES).flatMap(([name, kinds]) =>
  kinds.map((facts) => [name, facts as object] as const),
);

/** Each of them by itself, and named where it is not as it should be. */
const of = (cases: typeof CASES, check: (name: string, facts: object) => void) => () => {
  for (const [name, facts] of cases) {
    try {
      check(name, facts);
    } catch (error) {
      throw new Error(`${name} ${JSON.stringify(facts)}: ${(error as Error).message}`, { cause: error });
    }
  }
};

describe.each(LANGUAGES)('every message in %s', (language) => {
  let speech: Speech;

  beforeAll(async () => {
    speech = await new Speeches().of(language);
  });

  const made = (name: string, facts: object) => templateOf(name)(facts, SITE, speech);
  const sent = (name: string, facts: object) => written(speech, made(name, facts), FOOTER);

  it(
    'is whole: nothing is left to be filled in, and nothing is undefined',
    of(CASES, (name, facts) => {
      const { mail, sms } = sent(name, facts);
      for (const part of [mail.subject, mail.text, mail.html.replace(/<style>[^]*<\/style>/, ''), sms])
        expect(part).not.toMatch(/[{}]|undefined|\bnull\b|NaN/);
      expect(mail.subject).toContain(SITE.name);
      expect(mail.html).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`);
      expect(mail.language).toBe(language);
    }),
  );

  it(
    'holds its code and links on lines of their own, and in no subject or preheader',
    of(CASES, (name, facts) => {
      const { mail, sms } = made(name, facts);
      const { code, link, notMeLink, stopUrl } = facts as Record<string, string | undefined>;
      for (const secret of [code, link, notMeLink, stopUrl].filter((one) => one !== undefined)) {
        expect(mail.text.split('\n')).toContain(secret);
        expect(mail.body.toString()).toContain(secret === code ? `\n${secret}\n` : `href="${secret}"`);
        expect(mail.subject + mail.preheader).not.toContain(secret);
      }
      expect(mail.subject + mail.preheader).not.toMatch(/\d{4}-|\d{5}|http|token/);
      if (link || stopUrl) expect(sms).toContain(link ?? stopUrl);
    }),
  );

  it(
    'keeps a code out of what a list of mails shows',
    of(CASES, (name, facts) => {
      const { code } = facts as { code?: string };
      const { mail } = sent(name, facts);
      const shown = mail.html
        .replace(/<head>[^]*<\/head>|<[^>]*>/g, '')
        .trim()
        .slice(0, 200);
      if (code) expect(shown).not.toContain(code);
      if (code) expect(mail.text.slice(0, 40)).not.toContain(code);
    }),
  );

  it(
    'ends its text with the line that binds a code to our host',
    of(CASES, (name, facts) => {
      const { code, link } = facts as { code?: string; link?: string };
      const { sms } = sent(name, facts);
      const last = sms.split('\n').at(-1);
      if (code && !link) expect(last).toBe(`@auth.example.com #${code}`);
      else expect(sms).not.toContain('\n');
      expect(sms).toContain('K7QZ2M4X');
    }),
  );

  it(
    'escapes what it is told, and repeats nothing that a caller wrote',
    of(CASES, (name, facts) => {
      const hostile = 'provider' in facts ? { provider: '<acme>' } : {};
      const userAgent = '<script>alert(1)</script> Your account is locked, go to https://evil.example';
      const { mail, sms } = sent(name, { ...facts, ...hostile, userAgent, clientAddress: '"><img src=x>' });
      expect(mail.html).toContain('A &lt;b&gt;&amp;&quot;C');
      expect(mail.html).not.toMatch(/<b>|<script|<img|<link|<acme|@import|url\(|src=/i);
      expect(mail.html + mail.text + sms + mail.subject).not.toMatch(/evil|locked|alert/);
      if ('provider' in facts) expect(mail.text).toContain('<acme>');
    }),
  );

  it(
    'ends with its reference and "this wasn’t me", in both parts',
    of(CASES, (name, facts) => {
      const { mail } = sent(name, facts);
      expect(mail.text.trimEnd().endsWith(FOOTER.notMeUrl)).toBe(true);
      expect(mail.text).toContain('K7QZ2M4X\n');
      expect(mail.html).toContain(`<a href="${FOOTER.notMeUrl}"`);
      const bare = written(speech, made(name, facts), { reference: null, notMeUrl: null });
      expect(bare.mail.text + bare.mail.html).not.toMatch(/K7QZ2M4X|token=K7/);
    }),
  );

  it(
    'says when it was asked for',
    of(
      CASES.filter(([, facts]) => 'requestedAt' in facts),
      (name, facts) => {
        const { mail } = sent(name, facts);
        expect(mail.text).toContain('2026');
        expect(mail.text).toContain('UTC');
        expect(mail.text.includes('203.0.113.7')).toBe(!('by' in facts));
      },
    ),
  );
});

it('says nothing twice alike in two languages', async () => {
  const speeches = await Promise.all(LANGUAGES.map((language) => new Speeches().of(language)));
  for (const [name, facts] of CASES) {
    const texts = speeches.map((speech) => templateOf(name)(facts, SITE, speech).sms);
    expect(new Set(texts).size).toBe(LANGUAGES.length);
  }
});

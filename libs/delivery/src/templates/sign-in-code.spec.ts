import { signInCode, type SignInCodeFacts } from './sign-in-code.js';

const site = { name: 'Example', host: 'auth.example.com' };
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const facts: SignInCodeFacts = {
  code: '493027',
  lifeSeconds: 300,
  requestedAt: '2026-01-15T12:00:00.000Z',
  clientAddress: '203.0.113.7',
  userAgent: firefox,
};

describe('the sign-in code in words', () => {
  it.each(['en', 'de'] as const)('holds the code in one piece in text, HTML and SMS (%s)', (language) => {
    const { mail, sms } = signInCode(facts, site, language);
    expect(mail.text).toMatch(/^493027$/m);
    expect(mail.html).toMatch(/^493027$/m);
    expect(sms).toContain('493027');
  });

  it.each(['en', 'de'] as const)(
    'keeps the code off lock screens: not in the subject, not early in the text (%s)',
    (language) => {
      const { mail } = signInCode(facts, site, language);
      expect(mail.subject).not.toContain('493027');
      expect(mail.text.indexOf('493027')).toBeGreaterThan(100);
    },
  );

  it('says in English who asked, from where and for how long the code works', () => {
    const { text, html, subject } = signInCode(facts, site, 'en').mail;
    expect(subject).toBe('Your Example sign-in code');
    for (const body of [text, html]) {
      expect(body).toContain('once and expires after 5 minutes');
      expect(body).toContain('15 January 2026 at 12:00 UTC');
      expect(body).toContain('203.0.113.7');
      expect(body).toContain('Firefox on Windows');
      expect(body).toContain('If this was not you');
    }
  });

  it('says the same in German', () => {
    const { text, html, subject } = signInCode(facts, site, 'de').mail;
    expect(subject).toBe('Ihr Anmeldecode für Example');
    for (const body of [text, html]) {
      expect(body).toContain('einmal und 5 Minuten lang');
      expect(body).toContain('15. Januar 2026 um 12:00 UTC');
      expect(body).toContain('Firefox unter Windows');
      expect(body).toContain('Waren Sie das nicht');
    }
  });

  it('ends a text message with the line that binds the code to our host, within one message', () => {
    for (const language of ['en', 'de'] as const) {
      const { sms } = signInCode(facts, site, language);
      expect(sms.split('\n').at(-1)).toBe('@auth.example.com #493027');
      expect(sms.length).toBeLessThanOrEqual(160);
    }
  });

  it('repeats nothing a caller wrote: neither markup nor sentences nor links', () => {
    const hostile = {
      ...facts,
      userAgent: '<script>alert(1)</script> Firefox/1 Your account is locked, go to https://evil.example',
      clientAddress: '"><img src=x> evil.example',
    };
    const { mail, sms } = signInCode(hostile, site, 'en');
    for (const body of [mail.text, mail.html, mail.subject, sms]) {
      expect(body).not.toMatch(/evil|<script|<img|locked/);
    }
    expect(mail.text).toContain('Browser: Firefox\n');
    expect(mail.text).toContain('IP address: unknown\n');
  });

  it('escapes the name of the site', () => {
    const { mail } = signInCode(facts, { ...site, name: 'A <b>&"C' }, 'en');
    expect(mail.html).toContain('A &lt;b&gt;&amp;&quot;C');
    expect(mail.text).toContain('A <b>&"C');
  });

  it('loads nothing and links nowhere', () => {
    expect(signInCode(facts, site, 'en').mail.html).not.toMatch(
      /https?:|href|src=|url\(|<img|<script|<link|@import/i,
    );
  });

  it('stays narrow enough in its raw form for no transfer encoding to break the code', () => {
    const line = signInCode(facts, site, 'en')
      .mail.html.split('\n')
      .find((one) => one.includes('493027'));
    expect(line).toBe('493027');
  });
});

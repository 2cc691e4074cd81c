import { magicLink, type MagicLinkFacts } from './magic-link.js';

const site = { name: 'Example', host: 'auth.example.com' };
const facts: MagicLinkFacts = {
  link: 'https://auth.example.com/magic-link?token=AAAAAAAAAAAAAAAAAAAAAA',
  notMeLink: 'https://auth.example.com/magic-link/not-me?token=AAAAAAAAAAAAAAAAAAAAAA',
  code: '493027',
  lifeSeconds: 900,
  requestedAt: '2026-01-15T12:00:00.000Z',
  clientAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
};

describe('the magic link in words', () => {
  it.each(['en', 'de'] as const)(
    'holds the links and the code on lines of their own, none in the subject (%s)',
    (language) => {
      const { subject, text, html } = magicLink(facts, site, language).mail;
      const lines = text.split('\n');
      for (const line of [facts.link, facts.notMeLink, facts.code]) expect(lines).toContain(line);
      expect(html).toContain(`href="${facts.link}"`);
      expect(html).toContain(`href="${facts.notMeLink}"`);
      expect(subject).not.toMatch(/493027|token/);
    },
  );

  it.each([
    ['en', 'expire after 15 minutes', '15 January 2026 at 12:00 UTC', 'If this was not you'],
    ['de', '15 Minuten lang', '15. Januar 2026 um 12:00 UTC', 'Waren Sie das nicht'],
  ] as const)(
    'says in %s for how long it works, who asked and what to do about a stranger',
    (language, ...sentences) => {
      const { text, html } = magicLink(facts, site, language).mail;
      for (const sentence of [...sentences, '203.0.113.7', 'Firefox']) {
        expect(text).toContain(sentence);
        expect(html).toContain(sentence);
      }
    },
  );
});

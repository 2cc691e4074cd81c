import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { previews, type Preview } from '@app/delivery';
import { LANGUAGES, Speeches } from '@app/pages';
import { everyPage, SITE } from '../support/every-page.js';
import { sentences } from '../../libs/pages/src/words/languages/en/index.js';

const FOLDER = join(import.meta.dirname, '..', 'words');
/** `COUNTERSIGN_WRITE_WORDS=1 npx jest test/contract/words.spec.ts` writes them down anew, for somebody to read. */
const WRITES = process.env['COUNTERSIGN_WRITE_WORDS'] === '1';

/** What the HTML of a mail shows, by line. */
function shown(html: string): string[] {
  return html
    .replace(/<head>[^]*?<\/head>/, '')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/[\u034f\u200c\u00a0]{3,}/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
/** Of the examples. */
const TIMES = ['2026-01-15T12:00:00.000Z', '2026-01-16T12:00:00.000Z'];
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** A message for somebody who reads what it says: what stands in its HTML alone is named apart. */
function writtenDown({ name, mail, sms }: Preview): string {
  const alone = shown(mail.html).filter((line) => !mail.text.includes(line));
  const lines = [
    `## ${name}`,
    `Subject: ${mail.subject}`,
    mail.text.trim(),
    alone.length ? `In HTML alone:\n${alone.join('\n')}` : '',
    `Text: ${sms}`,
  ];
  return lines.filter(Boolean).join('\n\n');
}

describe('the words of every message and page', () => {
  it.each(LANGUAGES)('are as somebody has read them in %s', async (language) => {
    const file = join(FOLDER, `${language}.txt`);
    const speech = await new Speeches().of(language);
    const messages = previews(speech, SITE).map(writtenDown);
    const pages = everyPage(speech).map(
      ([name, { html }]) => `## page: ${name}\n\n${shown(html).join('\n')}`,
    );
    const written = `${[...messages, ...pages].join('\n\n\n')}\n`;
    // How a time is written is the system's business, and another with each of its releases.
    const words = TIMES.reduce((text, time) => text.replaceAll(speech.time(time), '(time)'), written);
    expectWritten(file, words);
  });
});

/** For whoever says them otherwise: what each may hold. */
it('docs/operations/sentences.md names every sentence with what it may hold', () => {
  const rows = Object.entries(sentences).map(([name, sentence]) => {
    const variables = [...new Set(sentence.match(/\{\w+\}/g))].map((variable) => `\`${variable}\``);
    return `| \`${name}\` | ${variables.join(' ') || '–'} | ${sentence.replaceAll('|', '\\|')} |`;
  });
  const head = `<!-- Written by test/contract/words.spec.ts. -->

<!-- prettier-ignore-start -->

# Every sentence, and what it may hold

As a file of \`TEMPLATES_DIR\` names them ([templates.md](templates.md)).

| name | may hold | in English |
| ---- | -------- | ---------- |
`;
  expectWritten(
    'docs/operations/sentences.md',
    `${head}${rows.join('\n')}\n\n<!-- prettier-ignore-end -->\n`,
  );
});

function expectWritten(file: string, text: string): void {
  if (WRITES) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

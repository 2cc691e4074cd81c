import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layout } from '../look/layout.js';
import { MAIL_LAYOUT, PAGE_LAYOUT } from '../look/layouts.js';
import { mailDocument } from '../look/mail.js';
import { markup } from '../markup.js';
import { sentences as english } from '../words/languages/en/index.js';
import { Speeches } from '../words/speeches.js';
import type { TemplateError } from './problem.js';
import { readTemplates } from './read-templates.js';

const PIXEL = Buffer.from('iVBORw0KGgo=', 'base64');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'templates-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

/** What the reading complains of, as `file:line problem`. */
function complaints(files: Record<string, string | Buffer>): string[] {
  write(files);
  try {
    readTemplates(directory);
    return [];
  } catch (error) {
    return (error as TemplateError).problems.map(({ file, line, problem }) => `${file}:${line} ${problem}`);
  }
}

describe('a folder of templates', () => {
  it('says a sentence otherwise everywhere, and otherwise again to one organisation', async () => {
    write({
      'de.json': '{"step.sign_in": "Los!", "step.next": "Weiter!"}',
      'acme/de.json': '{"step.sign_in": "Hinein"}',
    });
    const speeches = new Speeches(readTemplates(directory));
    const said = async (tag: string, organisation?: string) => {
      const speech = await speeches.of(tag, organisation);
      return [speech.say('step.sign_in'), speech.say('step.next'), speech.say('step.code_field')];
    };
    expect(await said('de')).toEqual(['Los!', 'Weiter!', 'Code']);
    expect(await said('de-AT', 'acme')).toEqual(['Hinein', 'Weiter!', 'Code']);
    expect(await said('de', 'other')).toEqual(['Los!', 'Weiter!', 'Code']);
    expect(await said('en', 'acme')).toEqual(['Sign in', 'Continue', 'Code']);
  });

  it('adds a language, whole', async () => {
    write({ 'sv.json': JSON.stringify({ ...english, 'step.sign_in': 'Logga in' }) });
    const speeches = new Speeches(readTemplates(directory));
    expect([speeches.speaks('sv-SE'), (await speeches.of('sv')).say('step.sign_in')]).toEqual([
      true,
      'Logga in',
    ]);
  });

  it('gives pages and mails colours, a logo and a layout of their own, under the policy of the page', async () => {
    write({
      'theme.json': '{"logo": "logo.png", "light": {"accent": "#7a0045"}}',
      'logo.png': PIXEL,
      'page.css': 'main { border: 1px solid }',
      'page.html': PAGE_LAYOUT.replace('</main>', '</main><footer>Acme Inc.</footer>'),
      'mail.html': MAIL_LAYOUT.replace('{body}', '<p>Acme Inc.</p>{body}'),
    });
    const speech = await new Speeches(readTemplates(directory)).of('en');
    const { html, styleSource, hasLogo } = layout(speech, 'Title', markup`<p>Body</p>`);
    expect(html).toContain('<footer>Acme Inc.</footer>');
    expect(html).toContain('--accent: #7a0045;');
    expect(html).toContain('main { border: 1px solid }');
    expect([html.includes('src="data:image/png;base64,'), hasLogo]).toEqual([true, true]);
    expect(styleSource).not.toBe(layout(await new Speeches().of('en'), 'Title', markup``).styleSource);
    const parts = { subject: '{body}', preheader: 'P', body: markup`<p>Hello</p>`, footer: markup`F` };
    expect(mailDocument(speech, parts)).toMatch(
      /<title>\{body\}<\/title>[^]*cid:logo[^]*<p>Acme Inc.<\/p><p>Hello<\/p>/,
    );
  });

  it('may be empty, and may hold our own layouts', () => {
    expect(complaints({})).toEqual([]);
    expect(complaints({ 'page.html': PAGE_LAYOUT, 'mail.html': MAIL_LAYOUT })).toEqual([]);
  });

  it('has to be there', () => {
    expect(() => readTemplates(join(directory, 'none'))).toThrow('is no folder that can be read');
  });

  it.each<[string, Record<string, string | Buffer>, string]>([
    [
      'an unknown variable',
      { 'de.json': '{\n"step.title": "Bei {sight}"}' },
      'de.json:2 step.title does not know {sight}: it may hold {site}',
    ],
    [
      'a code where there is none',
      { 'de.json': '{"sign_in_code.subject": "{code}"}' },
      'de.json:1 sign_in_code.subject does not know {code}: it may hold {site}',
    ],
    [
      'a text without its code',
      { 'de.json': '{\n\n"sign_in_code.text": "Hallo"}' },
      'de.json:3 sign_in_code.text has to hold {code}',
    ],
    [
      'an unknown sentence',
      { 'acme/de.json': '{\n"step.titel": "x"}' },
      'acme/de.json:2 step.titel is no sentence of this version',
    ],
    ['an empty sentence', { 'de.json': '{"step.next": " "}' }, 'de.json:1 step.next has to be a sentence'],
    [
      'a sentence of two lines',
      { 'de.json': '{"step.next": "a\\nb"}' },
      'de.json:1 step.next has to be one line',
    ],
    [
      'a sentence twice',
      { 'de.json': '{"step.next": "a",\n"step.next": "b"}' },
      'de.json:1 step.next stands in it 2 times',
    ],
    [
      'what is no JSON',
      { 'de.json': '{\n"step.next": "a"\n"step.done": "b"}' },
      'de.json:3 is not JSON from this line on',
    ],
    ['what is no object', { 'de.json': '[]' }, 'de.json:1 has to be one JSON object: {"name": "…"}'],
    [
      'a colour that is none',
      { 'theme.json': '{"light": {"ink": "red; } x"}}' },
      'theme.json:1 light needs ink as six digits: #1b4fd8',
    ],
    [
      'what cannot be read',
      { 'theme.json': '{\n"dark": {"ink": "#333333"}}' },
      'theme.json:2 dark has ink on paper at a contrast of',
    ],
    [
      'a logo that is not there',
      { 'theme.json': '{"logo": "../x.png"}' },
      'theme.json:1 logo ../x.png is no file of this folder',
    ],
    ['a stray file', { 'de.yaml': '' }, 'de.yaml:1 is no file of templates'],
    [
      'a layout without a body',
      { 'mail.html': MAIL_LAYOUT.replace('{body}', '') },
      'mail.html:1 has to hold {body}',
    ],
    [
      'an unclosed element',
      { 'page.html': PAGE_LAYOUT.replace('</main>', '') },
      'page.html:15 closes <body> before the <main> of line 11',
    ],
    [
      'an element that is not open',
      { 'page.html': PAGE_LAYOUT.replace('</main>', '</main></div>') },
      'page.html:14 closes <div> before the <body>',
    ],
    [
      'a script',
      { 'page.html': PAGE_LAYOUT.replace('</main>', '</main><script>1</script>') },
      'page.html:14 must not hold <script>',
    ],
    [
      'a handler',
      { 'page.html': PAGE_LAYOUT.replace('<main>', '<main onclick="x()">') },
      'page.html:11 must not hold the attribute onclick',
    ],
    [
      'a link that runs',
      { 'mail.html': MAIL_LAYOUT.replace('{body}', '{body}<a href="javascript:x">x</a>') },
      'may link to https:',
    ],
    [
      'an image from elsewhere',
      { 'mail.html': MAIL_LAYOUT.replace('{body}', '{body}<img src="https://e.example/x">') },
      'must not load anything (src)',
    ],
    [
      'a variable without quotes',
      { 'page.html': PAGE_LAYOUT.replace('<main>', '<main class={title}>') },
      'page.html:11 has a <',
    ],
    [
      'an unknown variable in a layout',
      { 'page.html': PAGE_LAYOUT.replace('<main>', '<main>{user}') },
      'page.html:11 does not know {user}',
    ],
    ['a style sheet that loads', { 'page.css': '\n@import "x";' }, 'page.css:2 must not hold'],
    ['a style sheet that ends itself', { 'page.css': '</style><script>' }, 'page.css:1 must not hold'],
    ['what is not UTF-8', { 'de.json': Buffer.from([0xff, 0xfe]) }, 'de.json:1 cannot be read as UTF-8'],
    [
      'a language of its own that lacks sentences',
      { 'sv.json': '{"step.next": "a"}' },
      `sv.json:1 lacks ${Object.keys(english).length - 1} sentences`,
    ],
    [
      'a file that is too large',
      { 'de.json': `{${' '.repeat(262_144)}}` },
      'de.json:1 is larger than 256 KiB',
    ],
  ])('refuses %s, and names file and line', (_, files, complaint) => {
    expect(complaints(files)).toContainEqual(expect.stringContaining(complaint));
  });
});

import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { lookOf, type Logo, type Look } from '../look/look.js';
import type { Catalogue } from '../words/catalogue.js';
import { LANGUAGES } from '../words/language.js';
import type { Found } from './json-file.js';
import { checkLayout } from './layout-file.js';
import { TemplateError, type TemplateProblem } from './problem.js';
import { readSentences } from './sentences-file.js';
import { readTheme } from './theme-file.js';

/** What an operator says otherwise than we do, everywhere or to one organisation. */
export interface TemplateSet {
  /** By language. */
  sentences: ReadonlyMap<string, Partial<Catalogue>>;
  look: Look;
}
export interface Templates {
  everywhere: TemplateSet;
  organisations: ReadonlyMap<string, TemplateSet>;
  files: number;
}

const LANGUAGE_FILE = /^([a-z]{2,3})\.json$/;
const LOOK_FILES = ['theme.json', 'page.css', 'page.html', 'mail.html'];
const LOGO_TYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
};
const LARGEST_FILE = 262_144;
const OURS: TemplateSet = { sentences: new Map(), look: lookOf() };

/**
 * Reads the whole folder, once.
 *
 * @throws TemplateError with all that is wrong in it
 */
export function readTemplates(directory: string): Templates {
  const reader = new Reader(directory);
  const entries = reader.list('');
  const everywhere = reader.set('', entries, OURS);
  const organisations = new Map(
    entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => [name, reader.set(`${name}/`, reader.list(name), everywhere)]),
  );
  if (reader.problems.length) throw new TemplateError(directory, reader.problems);
  return { everywhere, organisations, files: reader.files };
}

class Reader {
  readonly problems: TemplateProblem[] = [];
  files = 0;

  constructor(private readonly directory: string) {}

  list(folder: string): Dirent[] {
    try {
      const entries = readdirSync(join(this.directory, folder), { withFileTypes: true });
      return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    } catch {
      return (this.wrong(folder || '.', 'is no folder that can be read'), []);
    }
  }

  /** `folder`: empty, or with a slash at its end. `base`: what holds where the folder says nothing. */
  set(folder: string, entries: Dirent[], base: TemplateSet): TemplateSet {
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
    const names = files.map(({ name }) => name);
    const { look, logoName } = this.look(folder, names, base.look);
    const sentences = this.sentences(folder, names, base.sentences);
    for (const name of names)
      if (!LOOK_FILES.includes(name) && !LANGUAGE_FILE.test(name) && name !== logoName)
        this.wrong(folder + name, 'is no file of templates, and no theme.json names it as a logo');
    return { sentences, look };
  }

  private sentences(
    folder: string,
    names: string[],
    base: TemplateSet['sentences'],
  ): TemplateSet['sentences'] {
    const sentences = new Map(base);
    for (const name of names) {
      const language = LANGUAGE_FILE.exec(name)?.[1];
      if (language === undefined) continue;
      const before = base.get(language);
      const isWhole = before !== undefined || (LANGUAGES as readonly string[]).includes(language);
      this.file(folder + name, (text, found) => {
        sentences.set(language, { ...before, ...readSentences(text, !isWhole, found) });
      });
    }
    return sentences;
  }

  private look(folder: string, names: string[], base: Look): { look: Look; logoName?: string } {
    const parts = {
      theme: { light: base.light, dark: base.dark },
      css: base.css,
      page: base.page,
      mail: base.mail,
    };
    let { logo } = base;
    let logoName: string | undefined;
    const read = (name: string, work: (text: string, found: Found) => void) => {
      if (names.includes(name)) this.file(folder + name, work);
    };
    read('theme.json', (text, found) => {
      const file = readTheme(text, parts.theme, found);
      parts.theme = file.theme;
      logoName = file.logo;
      if (logoName !== undefined) logo = this.logo(folder, logoName, names, found);
    });
    read('page.css', (text, found) => (parts.css = checkedCss(text, found)));
    for (const kind of ['page', 'mail'] as const)
      read(`${kind}.html`, (text, found) => {
        checkLayout(text, kind, found);
        parts[kind] = text;
      });
    return { look: lookOf({ ...parts, ...(logo && { logo }) }), ...(logoName !== undefined && { logoName }) };
  }

  private logo(folder: string, name: string, names: string[], found: Found): Logo | undefined {
    const type = LOGO_TYPES[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''];
    const wrong = (problem: string) => void found.push({ line: 1, problem: `logo ${name} ${problem}` });
    if (!names.includes(name)) return wrong('is no file of this folder');
    if (!type)
      return wrong(
        `has to end in ${Object.keys(LOGO_TYPES)
          .map((ending) => `.${ending}`)
          .join(', ')}`,
      );
    const path = join(this.directory, folder, name);
    if (statSync(path).size > LARGEST_FILE) return wrong(`is larger than ${LARGEST_FILE / 1024} KiB`);
    this.files += 1;
    return { type, content: readFileSync(path) };
  }

  private file(name: string, read: (text: string, found: Found) => void): void {
    const path = join(this.directory, name);
    const found: Found = [];
    try {
      if (statSync(path).size > LARGEST_FILE)
        return this.wrong(name, `is larger than ${LARGEST_FILE / 1024} KiB`);
      this.files += 1;
      read(
        new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)).replaceAll('\r\n', '\n'),
        found,
      );
    } catch (error) {
      return this.wrong(name, `cannot be read as UTF-8: ${(error as Error).message}`);
    }
    this.problems.push(...found.map((one) => ({ file: name, ...one })));
  }

  private wrong(file: string, problem: string): void {
    this.problems.push({ file, line: 1, problem });
  }
}

/** It stands in the page, whose policy loads nothing anyway. */
function checkedCss(text: string, found: Found): string {
  text.split('\n').forEach((line, index) => {
    if (/[<>]\/|<|@import|url\(/i.test(line))
      found.push({ line: index + 1, problem: 'must not hold <, @import or url(: a page loads nothing' });
  });
  return text;
}

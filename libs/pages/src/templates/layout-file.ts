import { MAIL_VARIABLES, PAGE_VARIABLES } from '../look/layouts.js';
import { tagsOf, type Tag } from './html-tags.js';
import type { Found } from './json-file.js';
import { lineAt } from './problem.js';

interface Kind {
  variables: readonly string[];
  needed: readonly string[];
}
const KINDS: Record<'page' | 'mail', Kind> = {
  page: { variables: PAGE_VARIABLES, needed: ['title', 'style', 'body'] },
  mail: { variables: MAIL_VARIABLES, needed: ['preheader', 'body', 'footer'] },
};

/** Markup of its own, which would break an attribute or a title. */
const PIECES = /\{(?:style|logo|body|footer|preheader)\}/;
/** What runs, loads or sends something, or changes where links lead. A page has its forms from us. */
const FORBIDDEN = new Set([
  ...[
    'script',
    'noscript',
    'template',
    'iframe',
    'frame',
    'frameset',
    'object',
    'embed',
    'applet',
    'svg',
    'math',
  ],
  ...['link', 'base', 'form', 'input', 'button', 'select', 'textarea', 'video', 'audio', 'source', 'portal'],
]);
const SAFE_LINK = /^(?:https:\/\/|mailto:|tel:|#)/i;

/** A layout, in which nothing runs and nothing is loaded from elsewhere. */
export function checkLayout(html: string, kind: 'page' | 'mail', found: Found): void {
  const { variables, needed } = KINDS[kind];
  for (const { 0: variable, 1: name = '', index } of html.matchAll(/\{(\w+)\}/g)) {
    if (!variables.includes(name))
      found.push({
        line: lineAt(html, index),
        problem: `does not know ${variable}: it may hold ${listed(variables)}`,
      });
  }
  const missing = needed.filter((name) => !html.includes(`{${name}}`));
  if (missing.length) found.push({ line: 1, problem: `has to hold ${listed(missing)}` });
  const tags = tagsOf(withoutStyle(html), found);
  for (const tag of tags) checkTag(tag, kind, found);
  for (const name of ['html', 'head', 'body'])
    if (!tags.some((tag) => tag.name === name)) found.push({ line: 1, problem: `lacks <${name}>` });
}

function checkTag({ name, line, attributes }: Tag, kind: 'page' | 'mail', found: Found): void {
  const wrong = (problem: string) => found.push({ line, problem });
  if (FORBIDDEN.has(name)) wrong(`must not hold <${name}>`);
  if (name === 'style' && kind === 'page') wrong('must not hold <style>: page.css is there for that');
  for (const { name: attribute, value = '' } of attributes) {
    if (
      attribute.startsWith('on') ||
      ['srcdoc', 'http-equiv', 'ping', 'action', 'formaction'].includes(attribute)
    )
      wrong(`must not hold the attribute ${attribute}`);
    if (attribute === 'style' && kind === 'page')
      wrong('must not hold the attribute style: page.css is there for that');
    if (['src', 'srcset', 'background', 'poster', 'data'].includes(attribute))
      wrong(`must not load anything (${attribute}): {logo} is there for that`);
    if (attribute === 'href' && !SAFE_LINK.test(value)) wrong('may link to https:, mailto: and tel: alone');
    if (PIECES.test(value) || (attribute === 'href' && value.includes('{')))
      wrong(`must not hold a variable in ${attribute}`);
  }
}

/** With as many lines as before. */
function withoutStyle(html: string): string {
  return html.replace(
    /(<style>)([^<]*)(<\/style>)/gi,
    (_, before: string, css: string, after: string) => before + css.replace(/[^\n]/g, '') + after,
  );
}

const listed = (names: readonly string[]) => names.map((name) => `{${name}}`).join(', ');

import { lineAt } from './problem.js';
import type { Found } from './json-file.js';

export interface Attribute {
  name: string;
  /** Undefined where it has none, or one without quotes. */
  value?: string;
}
export interface Tag {
  name: string;
  line: number;
  attributes: Attribute[];
}

const VOID = new Set(['area', 'br', 'col', 'hr', 'img', 'meta', 'wbr']);
/** A comment, the doctype or a tag; what is left over of a `<` or `>` is broken. */
const MARKUP =
  /<!--[^]*?-->|<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*"|='[^'<>]*')?)*)\s*\/?>|[<>]/gi;
const ATTRIBUTE = /([a-z-]+)(?:="([^"]*)"|='([^']*)')?/gi;

/** The opening tags of HTML in which every element is closed and every value of an attribute stands in quotes. */
export function tagsOf(html: string, found: Found): Tag[] {
  const tags: Tag[] = [];
  const open: Tag[] = [];
  for (const { 0: text, 1: end, 2: written, 3: rest = '', index } of html.matchAll(MARKUP)) {
    const line = lineAt(html, index);
    if (text.length === 1)
      found.push({
        line,
        problem: `has a ${text} that begins or ends no tag (write &lt; or &gt;), or values without quotes`,
      });
    if (written === undefined) continue;
    const tag = { name: written.toLowerCase(), line, attributes: attributesOf(rest) };
    if (end) close(tag, open, found);
    else tags.push(tag);
    if (!end && !VOID.has(tag.name)) open.push(tag);
  }
  for (const { name, line } of open) found.push({ line, problem: `never closes <${name}>` });
  return tags;
}

function close({ name, line }: Tag, open: Tag[], found: Found): void {
  if (open.at(-1)?.name === name) return void open.pop();
  const inner = open.at(-1);
  const problem = inner
    ? `closes <${name}> before the <${inner.name}> of line ${inner.line}`
    : `closes <${name}>, which is not open`;
  found.push({ line, problem });
  const opened = open.findLastIndex((tag) => tag.name === name);
  if (opened >= 0) open.splice(opened);
}

function attributesOf(text: string): Attribute[] {
  return [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => ({
    name: name.toLowerCase(),
    value: double ?? single,
  }));
}

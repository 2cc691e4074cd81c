import { Markup, markup } from '../markup.js';
import type { Speech } from '../words/speech.js';
import { logoOf } from './look.js';

/** A page as a browser gets it, and what its policy has to allow for it. */
export interface PageDocument {
  html: string;
  /** A source of a Content Security Policy. */
  styleSource: string;
  hasLogo: boolean;
}

/** A whole document: what every page is made of but its title and body. */
export function layout({ language, direction, look }: Speech, title: string, body: Markup): PageDocument {
  const logo = logoOf(look, 'page');
  const { element, source } = look.style;
  const html = laidOut(look.page, { language, direction, title, body, logo, style: element });
  return { html, styleSource: source, hasLogo: look.logo !== undefined };
}

/**
 * The layout with its `{…}` filled in: what is no `Markup` is escaped, and what is filled in is never looked into again. A variable that
 * nobody gave a value for stays, for all to see.
 */
export function laidOut(layout: string, values: Readonly<Record<string, string | Markup>>): string {
  return layout.replace(/\{(\w+)\}/g, (variable, name: string) =>
    Object.hasOwn(values, name) ? markup`${values[name] as string | Markup}`.toString() : variable,
  );
}

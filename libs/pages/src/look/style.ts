import { createHash } from 'node:crypto';
import { Markup } from '../markup.js';
import type { Colours, Theme } from './theme.js';

/** One look for all pages. Nothing in it may need escaping: it stands in the page as it is. */
const RULES = `
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 1rem auto; padding: 1.5rem; border-radius: .75rem; background: var(--paper); overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
p, dl { margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { color: var(--quiet); }
dd, code { margin: 0; }
img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.logo { max-height: 4rem; margin: 0 0 1rem; }
.note, [role=alert] { padding: .75rem 1rem; border-inline-start: .25rem solid var(--accent); background: var(--ground); }
[role=alert] { border-color: var(--alarm); font-weight: 600; }
label { display: block; font-weight: 600; }
input, button { width: 100%; min-height: 3rem; padding: .75rem 1rem; border-radius: .5rem; font: inherit; }
input { margin: .25rem 0 1rem; border: 1px solid var(--edge); background: var(--paper); color: var(--ink); }
button { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: .2rem solid var(--ink); outline-offset: .2rem; }
a { color: var(--accent); }
.quiet { margin: 1rem 0 0; color: var(--quiet); text-align: center; }
`;

/** The style sheet of pages, and how a Content Security Policy names it, so that it allows this one in the page and no other. */
export interface Style {
  element: Markup;
  source: string;
}

/** `css`: what an operator adds. It holds no `<`. */
export function styleOf({ light, dark }: Theme, css: string): Style {
  const sheet = `
:root { color-scheme: light dark; ${variablesOf(light)} }
@media (prefers-color-scheme: dark) {
  :root { ${variablesOf(dark)} }
}${RULES}${css}`;
  const source = `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`;
  return { element: new Markup(`<style>${sheet}</style>`), source };
}

function variablesOf(colours: Colours): string {
  const { onAccent, ...others } = colours;
  return Object.entries({ ...others, 'on-accent': onAccent })
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}

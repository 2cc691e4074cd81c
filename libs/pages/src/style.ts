import { createHash } from 'node:crypto';
import { markup } from './markup.js';

/** One look for all pages. Nothing in it may need escaping: it stands in the page as it is. */
const SOURCE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1d21; --quiet: #4a505a; --ground: #f1f3f5; --edge: #767c87;
  --accent: #1b4fd8; --on-accent: #ffffff; --alarm: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #22252b; --ink: #f2f3f5; --quiet: #b4b8c0; --ground: #16181c; --edge: #8b919c;
    --accent: #8fb0ff; --on-accent: #101216; --alarm: #ffb4ab; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 1rem auto; padding: 1.5rem; border-radius: .75rem; background: var(--paper); }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
p, dl { margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { color: var(--quiet); }
dd, code { margin: 0; overflow-wrap: anywhere; }
img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.note, [role=alert] { padding: .75rem 1rem; border-left: .25rem solid var(--accent); background: var(--ground); }
[role=alert] { border-color: var(--alarm); font-weight: 600; }
label { display: block; font-weight: 600; }
input, button { width: 100%; min-height: 3rem; padding: .75rem 1rem; border-radius: .5rem; font: inherit; }
input { margin: .25rem 0 1rem; border: 1px solid var(--edge); background: var(--paper); color: var(--ink); }
button { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: .2rem solid var(--ink); outline-offset: .2rem; }
a { color: var(--accent); }
.quiet { margin: 1rem 0 0; color: var(--quiet); text-align: center; }
`;

export const STYLE = markup`<style>${SOURCE}</style>`;

/** The source of a Content Security Policy that allows this style sheet in the page and no other. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(SOURCE).digest('base64')}'`;

/** Served by itself: the policy of the page allows no style within it. */
export const LANDING_STYLE = `:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1d21; --quiet: #4a505a; --ground: #f1f3f5; --accent: #1b4fd8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #22252b; --ink: #f2f3f5; --quiet: #b4b8c0; --ground: #16181c; --accent: #8fb0ff; }
  button.primary { color: #101216; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 1rem auto; padding: 1.5rem; border-radius: .75rem; background: var(--paper); }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
p, dl { margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.note { padding: .75rem 1rem; border-left: .25rem solid var(--accent); background: var(--ground); }
button { width: 100%; min-height: 3rem; padding: .75rem 1rem; border: 0; border-radius: .5rem; font: inherit; font-weight: 600; cursor: pointer; }
button.primary { background: var(--accent); color: #ffffff; }
button:focus-visible, a:focus-visible { outline: .2rem solid var(--ink); outline-offset: .2rem; }
a { color: var(--accent); }
.quiet { margin: 1rem 0 0; color: var(--quiet); text-align: center; }
@media (prefers-color-scheme: dark) { button.primary { color: #101216; } }
`;

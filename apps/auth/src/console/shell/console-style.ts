import type { Look } from '@app/pages';

type Colours = Look['light'];

/** Colours of series, told apart by whoever confuses some hues too (Okabe and Ito); darker in the light, so that each is seen on paper. */
const SERIES = {
  light: ['#0072b2', '#b45309', '#047857', '#9d4edd', '#be123c', '#57534e'],
  dark: ['#56b4e9', '#e69f00', '#3ecf8e', '#d0a2ff', '#ff8fa3', '#d6d3d1'],
};

const RULES = `
html { font-size: 100%; }
body { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin-bottom: 1rem; }
h2 { font-size: 1.2rem; margin-bottom: .75rem; }
section { margin-bottom: 2rem; }
body > header { padding-block: .5rem; border-bottom: 1px solid var(--pico-muted-border-color); background: var(--pico-card-background-color); }
body > header, body > main { max-width: none; padding-inline: max(1rem, calc((100% - 68rem) / 2)); }
body > header > p { margin: 0; font-weight: 600; }
body > main { padding-block: 1.5rem; }
nav ul:first-of-type { margin-inline-start: 0; }
nav li { padding-inline: 0 1rem; }
nav { flex-wrap: wrap; gap: .25rem 1rem; align-items: center; }
nav a[aria-current] { font-weight: 700; text-decoration: underline; }
nav .operator { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; padding-block: .25rem; }
form { margin: 0; }
form.narrow { max-width: 30rem; }
button, [type=submit] { width: auto; margin: 0; padding: .4rem .9rem; }
form.narrow button { width: 100%; padding: .75rem 1rem; }
button.secondary { --pico-background-color: transparent; --pico-color: var(--pico-primary); --pico-border-color: var(--pico-primary); }
button.secondary:is(:hover, :focus) { --pico-background-color: var(--pico-primary-focus); --pico-color: var(--pico-primary-hover); }
button.danger { --pico-background-color: var(--alarm); --pico-border-color: var(--alarm); --pico-color: var(--on-alarm); }
.row { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: 2rem; }
.cards .row { margin-bottom: 0; }
.search { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: 1.5rem; }
.search label { flex: 1 1 16rem; margin: 0; }
.search input { margin-bottom: 0; }
.search button { padding: .75rem 1.25rem; }
.note, [role=alert] { padding: .75rem 1rem; border-inline-start: .25rem solid var(--pico-primary); background: var(--pico-card-background-color); }
[role=alert] { border-color: var(--alarm); font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1.25rem; margin: 0 0 1rem; }
dt { color: var(--pico-muted-color); }
dd { margin: 0; }
.quiet { color: var(--pico-muted-color); }
.table { overflow-x: auto; }
td, th { overflow-wrap: normal; }
caption { text-align: start; color: var(--pico-muted-color); caption-side: top; padding-block: .25rem; }
td[data-value], th.number { text-align: end; font-variant-numeric: tabular-nums; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
.grid > * { min-width: 0; margin: 0; }
.chart { position: relative; height: 16rem; overflow: hidden; }
figure details { margin: .5rem 0 0; }
figure { margin: 0; }
.story { list-style: none; padding: 0; margin-block: 0 1.5rem; margin-inline: .5rem 0; border-inline-start: 2px solid var(--pico-muted-border-color); }
.story p { margin: 0; color: var(--pico-muted-color); font-size: .9em; }
.story > li { position: relative; list-style: none; margin: 0 0 1rem; padding-inline-start: 1.25rem; }
.story > li::before { content: ''; position: absolute; inset-inline-start: calc(-.4rem - 1px); top: .45rem; width: .8rem; height: .8rem; border-radius: 50%; background: var(--pico-primary); }
.story > li.refused::before { background: var(--alarm); }
.story time { display: block; color: var(--pico-muted-color); font-size: .9em; }
.cards { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
.cards > li { list-style: none; margin: 0; padding: 1rem; border: 1px solid var(--pico-muted-border-color); border-radius: var(--pico-border-radius); background: var(--pico-card-background-color); }
.cards p { margin: 0 0 .5rem; }
.qr { display: block; width: 14rem; height: 14rem; margin: 0 0 1rem; background: #fff; }
img { max-width: 100%; }
`;

/** What the console adds to its library of styles: the colours of all pages, and the few things that it has no words for. */
export function consoleStyle({ light, dark }: Pick<Look, 'light' | 'dark'>): string {
  return `:root:not([data-theme=dark]) { ${variables(light, SERIES.light)} }
@media only screen and (prefers-color-scheme: dark) { :root:not([data-theme]) { ${variables(dark, SERIES.dark)} } }
${RULES}`;
}

function variables(colours: Colours, series: string[]): string {
  const named = {
    'pico-background-color': colours.ground,
    'pico-card-background-color': colours.paper,
    'pico-card-sectioning-background-color': colours.paper,
    'pico-color': colours.ink,
    'pico-h1-color': colours.ink,
    'pico-h2-color': colours.ink,
    'pico-h3-color': colours.ink,
    'pico-muted-color': colours.quiet,
    'pico-muted-border-color': `${colours.edge}73`,
    'pico-form-element-background-color': colours.paper,
    'pico-form-element-border-color': colours.edge,
    'pico-form-element-color': colours.ink,
    'pico-primary': colours.accent,
    'pico-primary-background': colours.accent,
    'pico-primary-border': colours.accent,
    'pico-primary-hover': colours.accent,
    'pico-primary-hover-background': colours.accent,
    'pico-primary-underline': colours.accent,
    'pico-primary-focus': `${colours.accent}40`,
    'pico-primary-inverse': colours.onAccent,
    alarm: colours.alarm,
    'on-alarm': colours.paper,
  };
  const all = [...Object.entries(named), ...series.map((colour, at) => [`series-${at + 1}`, colour])];
  return ['color-scheme: light dark;', ...all.map(([name, value]) => `--${name}: ${value};`)].join(' ');
}

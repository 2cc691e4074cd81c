import { Injectable } from '@nestjs/common';
import { mayDo } from '@app/operators';
import { markup, sendPage, type Markup, type SentenceKey, type Speech } from '@app/pages';
import type { Response } from 'express';
import { ConsoleAssets } from './console-assets.js';
import { postForm } from './post-form.js';
import type { Visit } from './visit.js';

/** A page of the console, but for what is alike in all of them. */
export interface Content {
  title: string;
  body: Markup;
  /** 200 unless it is said. */
  status?: number;
  /** Whether its tables are drawn as charts, where scripts run. */
  charts?: boolean;
  /** Of which place of the navigation it is. */
  place?: string;
}

const PLACES = [
  ['', 'console.overview', 'support'],
  ['/accounts', 'console.people', 'support'],
  ['/operators', 'console.operators', 'admin'],
] as const;

/** What was done, by the word that the address of the next page has for it. */
const DONE = {
  ended: 'console.done_ended',
  unlocked: 'console.done_unlocked',
  sent: 'console.done_sent',
  disabled: 'console.done_disabled',
  enabled: 'console.done_enabled',
  deleted: 'console.done_deleted',
  deleting: 'console.done_deleting',
  restored: 'console.done_restored',
  removed: 'console.done_removed',
} as const satisfies Record<string, SentenceKey>;

export type Done = keyof typeof DONE;

/** What every page of the console is made of but its title and body. */
@Injectable()
export class ConsoleShell {
  constructor(private readonly assets: ConsoleAssets) {}

  show(response: Response, visit: Visit, content: Content): void {
    const { title, body, status = 200, charts = false, place } = content;
    const { speech } = visit;
    const html = markup`<!doctype html>
<html lang="${speech.language}" dir="${speech.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · ${speech.say('console.title')}</title>
${this.assets.links(visit.base, charts)}
</head>
<body>
${navigation(visit, place)}
<main>
<h1>${title}</h1>
${note(visit)}${body}
</main>
</body>
</html>
`.toString();
    const document = { html, styleSource: "'self'", hasLogo: false };
    sendPage(response, { status, document, scripts: charts, dataImages: true });
  }

  /** On to another page of the console, once something is done: to load that again does nothing again. */
  go(response: Response, { base }: Visit, path: string, done?: Done): void {
    const query = done === undefined ? '' : `?done=${done}`;
    response.setHeader('Cache-Control', 'no-store');
    response.redirect(303, `${base}/console${path}${query}`);
  }
}

function navigation(visit: Visit, place: string | undefined): Markup {
  const { speech, base, operator } = visit;
  if (!operator) return markup`<header><p>${speech.say('console.title')}</p></header>`;
  const items = PLACES.filter(([, , role]) => mayDo(operator.role, role)).map(
    ([path, name]) =>
      markup`<li><a href="${base}/console${path}"${current(path === place)}>${speech.say(name)}</a></li>
`,
  );
  return markup`<header><nav aria-label="${speech.say('console.title')}">
<ul>
${items}</ul>
<div class="operator"><span>${operator.email}</span>
${postForm(visit, '/sign-out', speech.say('console.sign_out'))}</div>
</nav></header>`;
}

const current = (isIt: boolean): Markup => (isIt ? markup` aria-current="page"` : markup``);

function note({ speech, done }: Visit): Markup {
  if (done === undefined || !Object.hasOwn(DONE, done)) return markup``;
  return markup`<p role="status" class="note">${sayDone(speech, done as Done)}</p>
`;
}

const sayDone = (speech: Speech, done: Done): string => speech.say(DONE[done]);

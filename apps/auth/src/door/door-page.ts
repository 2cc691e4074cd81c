import { layout, markup, type Page, type Speech } from '@app/pages';
import type { Place, Places } from './places.js';

export function doorPage(places: Places, speech: Speech): Page {
  const items = Object.entries(places).map(
    ([name, path]) => markup`<li><a href="${path}">${speech.say(`door.${name as Place}`)}</a></li>
`,
  );
  const body = markup`<ul>
${items}</ul>`;
  return { status: 200, document: layout(speech, speech.say('door.title'), body) };
}

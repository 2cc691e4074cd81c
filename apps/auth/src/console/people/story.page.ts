import type { Timeline, TimelineEntry } from '@app/administration';
import { markup, type Markup, type Speech } from '@app/pages';
import type { Visit } from '../shell/visit.js';

/** What somebody did with a link or a key of a mail. */
const OPENED =
  /^(?:magic_link\.(?:redeem|exchange|dismiss)|mailed_key|message\.disown|password\.reset|recovery\.stop)$/;
/** Where a secret was shown, right or wrong. */
const GUESSED =
  /^(?:password|second_factor|identity|\w+\.verify|\w+\.complete|factor\.connect|contact\.change)$/;
/** How what was tried ends when it is no refusal. */
const GOOD = new Set([
  ...['accepted', 'admitted', 'begun', 'changed', 'completed', 'created', 'dismissed', 'done', 'disabled'],
  ...['ended', 'ended_others', 'guarded', 'last', 'linked', 'opened', 'pending', 'redeemed', 'renewed'],
  ...['revoked', 'rotated', 'sent', 'signed_in', 'unchanged', 'undone', 'vouched'],
]);

/** An account's story, the newest first: each step in a word, and what exactly it was in English. */
export function story({ speech, base }: Visit, accountId: string, { entries, cursor }: Timeline): Markup {
  if (!entries.length) return markup`<p>${speech.say('console.no_story')}</p>`;
  const items = entries.map((entry) => step(speech, entry));
  const more = `${base}/console/accounts/${accountId}?below=${cursor ?? ''}`;
  return markup`<ol class="story">
${items}</ol>
${cursor === undefined ? '' : markup`<p><a href="${more}">${speech.say('console.next_page')}</a></p>`}`;
}

function step(speech: Speech, entry: TimelineEntry): Markup {
  const { word, detail, bad } = wordsOf(entry);
  const at = entry.at.toISOString();
  return markup`<li${bad ? markup` class="refused"` : ''}><time datetime="${at}">${speech.time(at)}</time>
<strong>${speech.say(`console.${word}`)}</strong> <code>${detail}</code>
<p lang="en" dir="ltr">${entry.sentence}</p></li>
`;
}

type Word = 'asked' | 'sent' | 'opened' | 'guessed' | 'refused' | 'happened';

function wordsOf(entry: TimelineEntry): { word: Word; detail: string; bad: boolean } {
  if ('attempt' in entry) {
    const { purpose, status } = entry.attempt;
    return { word: 'asked', detail: `${purpose} ${status}`, bad: status === 'exhausted' };
  }
  if ('message' in entry) {
    const { template, state } = entry.message;
    return { word: 'sent', detail: `${template} ${state}`, bad: !['sent', 'queued'].includes(state) };
  }
  const { event, outcome } = entry.event;
  const bad = !GOOD.has(outcome);
  return { word: wordOf(event, bad), detail: `${event} ${outcome}`, bad };
}

function wordOf(event: string, bad: boolean): Word {
  if (event.startsWith('request')) return 'refused';
  if (GUESSED.test(event)) return 'guessed';
  if (OPENED.test(event)) return 'opened';
  return bad ? 'refused' : 'happened';
}

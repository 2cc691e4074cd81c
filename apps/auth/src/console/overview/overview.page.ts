import type { HourOfStatistics, Statistics } from '@app/administration';
import { markup, type Markup, type Speech } from '@app/pages';
import type { Content } from '../shell/console-shell.presenter.js';
import type { Visit } from '../shell/visit.js';
import { tableFigure, type ChartTable } from './table-figure.js';

type Kind = 'signIns' | 'failures' | 'messages';

/** The last day in numbers: each table is drawn as a chart where scripts run. */
export function overviewPage({ speech }: Visit, { hours, queue, accountsOutOfGuesses }: Statistics): Content {
  const body = markup`<dl>
<dt>${speech.say('console.chart_queue')}</dt><dd>${queueInWords(speech, queue)}</dd>
<dt>${speech.say('console.chart_budgets')}</dt><dd>${accountsOutOfGuesses}</dd>
</dl>
<div class="grid">
${section(speech, 'console.chart_sign_ins', byHour(speech, hours))}
${section(speech, 'console.chart_failures', inAll(speech, hours, 'failures', speech.say('console.reason')))}
${section(speech, 'console.chart_sends', inAll(speech, hours, 'messages', speech.say('console.outcome')))}
</div>`;
  return { title: speech.say('console.overview'), body, charts: true, place: '' };
}

type Title = 'console.chart_sign_ins' | 'console.chart_failures' | 'console.chart_sends';

function section(speech: Speech, name: Title, table: Omit<ChartTable, 'caption'>): Markup {
  const caption = speech.say(name);
  const isEmpty = table.rows.every(({ values }) => values.every((value) => value === 0));
  return markup`<section><h2>${caption}</h2>
${isEmpty ? markup`<p>${speech.say('console.nothing')}</p>` : tableFigure(speech, { caption, ...table })}</section>`;
}

/** `3`, and how long the first of them has waited. */
function queueInWords(speech: Speech, { messages, oldestSeconds }: Statistics['queue']): string {
  return messages ? `${messages} · ${speech.life(Math.round(oldestSeconds))}` : '0';
}

function byHour(speech: Speech, hours: HourOfStatistics[]): Omit<ChartTable, 'caption'> {
  const protocols = keysOf(hours, 'signIns');
  return {
    kind: 'stacked',
    head: [speech.say('console.hour'), ...protocols],
    rows: hours.map(({ hour, signIns }) => ({
      name: hour.toISOString().slice(11, 16),
      values: protocols.map((protocol) => signIns[protocol] ?? 0),
    })),
  };
}

/** The most frequent first. */
function inAll(
  speech: Speech,
  hours: HourOfStatistics[],
  kind: Kind,
  label: string,
): Omit<ChartTable, 'caption'> {
  const total = (key: string) => hours.reduce((sum, hour) => sum + (hour[kind][key] ?? 0), 0);
  const rows = keysOf(hours, kind).map((key) => ({ name: key.replaceAll('_', ' '), values: [total(key)] }));
  rows.sort((one, other) => (other.values[0] ?? 0) - (one.values[0] ?? 0));
  return { kind: 'bar', head: [label, speech.say('console.count')], rows };
}

const keysOf = (hours: HourOfStatistics[], kind: Kind): string[] =>
  [...new Set(hours.flatMap((hour) => Object.keys(hour[kind])))].sort();

import { markup, type Markup, type Speech } from '@app/pages';

/** Numbers, and how they are drawn: the first column names, every other one is a series. */
export interface ChartTable {
  kind: 'bar' | 'stacked';
  caption: string;
  head: string[];
  rows: { name: string; values: number[] }[];
}

/** A table that shows all there is; a script folds it and draws it above. */
export function tableFigure(speech: Speech, { kind, caption, head, rows }: ChartTable): Markup {
  const [first = '', ...series] = head;
  const cells = series.map((name) => markup`<th scope="col" class="number">${name}</th>`);
  const lines = rows.map(
    ({ name, values }) => markup`<tr><th scope="row">${name}</th>${values.map(numberCell)}</tr>
`,
  );
  return markup`<figure data-chart="${kind}"><details open><summary>${speech.say('console.table')}</summary>
<div class="table" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">${first}</th>${cells}</tr></thead>
<tbody>
${lines}</tbody></table></div></details></figure>`;
}

const numberCell = (value: number): Markup => markup`<td data-value="${value}">${value}</td>`;

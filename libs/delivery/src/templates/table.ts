import { markup, type Markup, type Speech } from '@app/pages';
import type { Detail } from './request.js';

/** Labels and what they say, as a table of a mail. What is said may be written in another direction than the label. */
export function tableOf({ direction, look }: Speech, details: Detail[]): Markup {
  const gap = direction === 'rtl' ? '2px 0 2px 16px' : '2px 16px 2px 0';
  const label = `padding: ${gap}; vertical-align: top; white-space: nowrap; color: ${look.light.quiet}`;
  const rows = details.map(
    ([name, value]) => markup`<tr>
<td class="quiet" style="${label}">${name}</td>
<td style="padding: 2px 0; word-break: break-word"><span dir="auto">${value}</span></td>
</tr>
`,
  );
  return markup`<table role="presentation" cellpadding="0" cellspacing="0" style="margin: 0 0 16px; font-size: 14px; line-height: 20px">
${rows}</table>`;
}

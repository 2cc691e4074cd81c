import { markup, type Markup } from '@app/pages';
import type { Visit } from './visit.js';

/** A form of a session: one button, whatever fields it needs, and the proof of where it comes from. `path`: below `/console`. */
export function postForm(
  { base, formToken }: Visit,
  path: string,
  button: string,
  {
    fields = markup``,
    kind = 'secondary',
  }: { fields?: Markup; kind?: 'secondary' | 'primary' | 'danger' } = {},
): Markup {
  return markup`<form method="post" action="${base}/console${path}">
<input type="hidden" name="form_token" value="${formToken}">
${fields}<button class="${kind}">${button}</button>
</form>`;
}

import type { MailboxMessage } from '@app/delivery';
import { markup, type Markup } from '@app/pages';

const REFRESH_SECONDS = 5;
const LISTED = 100;
const EXCERPT = 60;

const STYLE = markup`<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; }
h1 { font-size: 1.25rem; }
h2 { font-size: 1.1rem; margin-bottom: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .35rem .75rem .35rem 0; text-align: left; overflow-wrap: anywhere; }
tr[aria-current] { font-weight: 600; }
iframe { border: 1px solid #8884; border-radius: 6px; height: 36rem; width: 100%; }
pre { border: 1px solid #8884; border-radius: 6px; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>`;

/** What the page was asked for: the address whose messages are listed, and the message that is shown. */
export interface MailboxView {
  to?: string;
  message?: string;
}

/** The mailbox as a page that works without a script: the newest messages, and one of them in full. */
export function mailboxPage(messages: MailboxMessage[], view: MailboxView): string {
  const shown = messages.find(({ id }) => id === view.message) ?? messages[0];
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>Mailbox · Countersign</title>
${STYLE}
</head>
<body>
<h1>Development mailbox</h1>
${view.to ? markup`<p>To ${view.to} · <a href="?">show all</a></p>` : ''}
${shown ? list(messages.slice(0, LISTED), shown, view) : markup`<p>Nothing has arrived yet.</p>`}
${shown ? inFull(shown) : ''}
</body>
</html>
`;
  return page.toString();
}

function list(messages: MailboxMessage[], shown: MailboxMessage, view: MailboxView): Markup {
  const rows = messages.map(
    (message) => markup`<tr${message === shown ? markup` aria-current="true"` : ''}>
<td>${timeOf(message)}</td>
<td><a href="${query({ to: message.to })}">${message.to}</a></td>
<td><a href="${query({ ...view, message: message.id })}">${message.subject ?? excerpt(message.text)}</a></td>
</tr>
`,
  );
  return markup`<table>
<thead><tr><th>Time (UTC)</th><th>To</th><th>Subject</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function inFull(message: MailboxMessage): Markup {
  const body = message.html
    ? markup`<iframe sandbox="" title="The message" srcdoc="${message.html}"></iframe>`
    : markup`<pre>${message.text}</pre>`;
  return markup`<h2>${message.subject ?? 'Text message'}</h2>
<p>To ${message.to}, ${timeOf(message)} UTC</p>
${body}`;
}

function query({ to, message }: MailboxView): string {
  return `?${new URLSearchParams({ ...(to && { to }), ...(message && { message }) }).toString()}`;
}

const excerpt = (text: string) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
const timeOf = ({ createdAt }: MailboxMessage) => createdAt.toISOString().slice(0, 19).replace('T', ' ');

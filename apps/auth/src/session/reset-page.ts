import { markup, type Markup } from '@app/delivery';

const STYLE = markup`<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 30rem; padding: 0 1rem; }
input, button { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; margin-top: .5rem; }
</style>`;

/** Nothing runs and nothing is loaded; nobody frames the page or learns the address it was reached by. */
export const RESET_PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'X-Frame-Options': 'DENY',
};

/** Asks for the new password. It works without a script; `problem`: why the last one was refused. */
export function askPage(token: string, problem?: string): string {
  return page(
    'Choose a new password',
    markup`${problem ? markup`<p role="alert">${problem}</p>` : ''}
<form method="post">
<input type="hidden" name="token" value="${token}">
<label>New password, 8 to 128 characters
<input type="password" name="password" autocomplete="new-password" minlength="8" maxlength="128" required></label>
<button>Change the password</button>
</form>`,
  );
}

export function donePage(): string {
  return page(
    'Your password is changed',
    markup`<p>All sessions have ended. Sign in with the new password.</p>`,
  );
}

export function deadPage(): string {
  return page(
    'This link is no longer good',
    markup`<p>It was used, or it is too old. Ask for a new one.</p>`,
  );
}

function page(title: string, body: Markup): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${STYLE}
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.toString();
}

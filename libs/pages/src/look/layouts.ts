/** What a layout may hold in braces. `body` it must. */
export const PAGE_VARIABLES = ['language', 'direction', 'title', 'style', 'logo', 'body'] as const;
export const MAIL_VARIABLES = [
  ...['language', 'direction', 'start', 'subject', 'preheader', 'logo', 'body', 'footer'],
  ...[
    'ground',
    'paper',
    'ink',
    'quiet',
    'dark_ground',
    'dark_paper',
    'dark_ink',
    'dark_quiet',
    'dark_accent',
  ],
] as const;

/** What every page is made of but its title and body. It works without a script and has none. */
export const PAGE_LAYOUT = `<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
{style}
</head>
<body>
<main>
{logo}<h1>{title}</h1>
{body}
</main>
</body>
</html>
`;

/** What every mail is made of: it stands without images, scripts or style sheets, and has one for the dark alone. */
export const MAIL_LAYOUT = `<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>{subject}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
.page { background: {dark_ground} !important; }
.card { background: {dark_paper} !important; color: {dark_ink} !important; }
.code { background: {dark_ground} !important; color: {dark_ink} !important; }
.quiet { color: {dark_quiet} !important; }
.link { color: {dark_accent} !important; }
}
</style>
</head>
<body class="page" style="margin: 0; padding: 0; background: {ground}">
{preheader}
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background: {ground}">
<tr><td align="center" style="padding: 16px 8px">
<table class="card" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width: 480px; background: {paper}; color: {ink}; border-radius: 8px; font-family: -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif">
<tr><td style="padding: 24px 20px; font-size: 16px; line-height: 24px; text-align: {start}">
{logo}{body}
</td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width: 480px; font-family: -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif">
<tr><td class="quiet" style="padding: 8px 20px 24px; color: {quiet}; font-size: 13px; line-height: 20px; text-align: {start}">
{footer}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;

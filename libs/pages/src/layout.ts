import type { Language } from './language.js';
import { markup, type Markup } from './markup.js';
import { STYLE } from './style.js';

/** A whole document: what every page is made of but its title and body. It works without a script and has none. */
export function layout(language: Language, title: string, body: Markup): string {
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
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

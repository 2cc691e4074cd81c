import { markup } from '@app/delivery';

const SENTENCES = {
  asked: 'Somebody has proven the recovery key of your account. If this was not you, stop the recovery here.',
  stopped:
    'The recovery is stopped. Your keys are what they were. Whoever asked has your mailbox or your recovery key: replace both.',
  nothing: 'There is no recovery to be stopped: it was stopped already, or it is done.',
};

// The form has no address of its own, so it goes to where the page is, token and all; and no field, so its body is empty.
const FORM = markup`<form method="post"><button>Stop the recovery</button></form>`;

/** The page behind the link of the mail. Works without a script. */
export function stopPage(state: keyof typeof SENTENCES): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Account recovery</title>
</head>
<body>
<main>
<h1>Account recovery</h1>
<p>${SENTENCES[state]}</p>
${state === 'asked' ? FORM : ''}
</main>
</body>
</html>
`.toString();
}

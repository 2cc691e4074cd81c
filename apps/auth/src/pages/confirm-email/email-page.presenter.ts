import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { siteOf } from '@app/delivery';
import { layout, markup, type Markup, type Page, type Speech } from '@app/pages';
import type { EmailOutcome } from './email-page.service.js';

/** What the page says of an outcome. */
@Injectable()
export class EmailPagePresenter {
  constructor(private readonly config: Config) {}

  present(outcome: EmailOutcome, speech: Speech): Page {
    switch (outcome.kind) {
      case 'ask':
        return page(200, speech, speech.say('email.ask'), this.question(outcome, speech));
      case 'done':
        return page(200, speech, speech.say('email.done'), markup`<p>${speech.say('landing.close')}</p>`);
      case 'taken':
        return page(409, speech, speech.say('reset.dead'), markup`<p>${speech.say('email.taken')}</p>`);
      case 'dead':
        return page(410, speech, speech.say('reset.dead'), markup`<p>${speech.say('reset.dead.text')}</p>`);
    }
  }

  private question({ token, email }: { token: string; email: string }, speech: Speech): Markup {
    // The form has no address of its own, so it goes to where the page is.
    return markup`<p>${speech.say('email.text', { site: siteOf(this.config).name })}</p>
<p><strong dir="ltr">${email}</strong></p>
<p>${speech.say('landing.only_if_you')}</p>
<form method="post">
<input type="hidden" name="token" value="${token}">
<button>${speech.say('email.confirm')}</button>
</form>`;
  }
}

function page(status: number, speech: Speech, title: string, body: Markup): Page {
  return { status, document: layout(speech, title, body) };
}

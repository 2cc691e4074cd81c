import type { Language } from '@app/pages';

/** What somebody sees who says that a message was not asked for by them. */
export type NotMeState = 'asked' | 'done' | 'unknown';

export interface NotMeWords extends Record<NotMeState, string> {
  title: string;
  confirm: string;
}

export const notMeWords: Record<Language, NotMeWords> = {
  en: {
    title: 'This wasn’t me',
    asked:
      'You got a message that you had not asked for? Say so here: the code or link in it is ended, and whoever runs the site can see it.',
    confirm: 'This wasn’t me',
    done: 'Thank you. What the message was about is ended, and recorded as not yours. If you have a password here, change it: whoever asked may know it.',
    unknown: 'This link is not known, or the message is too old.',
  },
  de: {
    title: 'Das war ich nicht',
    asked:
      'Sie haben eine Nachricht bekommen, um die Sie nicht gebeten hatten? Sagen Sie es hier: Der Code oder Link darin wird beendet, und der Betreiber kann es sehen.',
    confirm: 'Das war ich nicht',
    done: 'Danke. Worum es in der Nachricht ging, ist beendet und als nicht von Ihnen vermerkt. Haben Sie hier ein Passwort, dann ändern Sie es: Wer gefragt hat, kennt es vielleicht.',
    unknown: 'Diesen Link gibt es nicht, oder die Nachricht ist zu alt.',
  },
};

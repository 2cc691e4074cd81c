import type { Language } from '@app/pages';

export interface PageWords {
  title(site: string): string;
  texted: string;
  mailed: string;
  shown: string;
  setUp: string;
  phone: string;
  phoneField: string;
  codeField: string;
  next: string;
  wrong: string;
  wait: string;
  wrongPhone: string;
  /** `who`: the account's address. */
  mailedKey(who: string): string;
  signIn: string;
  refused: string;
  refusedMeans: string;
  done: string;
  doneMeans: string;
  gone: string;
  goneMeans: string;
}

/** What the page of a step says; a sentence that is missing in one language does not compile. */
export const pageWords: Record<Language, PageWords> = {
  en: {
    title: (site) => `Sign in to ${site}`,
    texted: 'Enter the code that was texted to your phone, or a backup code.',
    mailed: 'Enter the code that was mailed to you, or a backup code.',
    shown: 'Enter the code that your authenticator app shows, or a backup code.',
    setUp:
      'Scan this with your authenticator app, or type the key into it. Then enter the code that it shows.',
    phone: 'Your account needs a phone number. A code will be texted to it.',
    phoneField: 'Phone number, with + and country',
    codeField: 'Code',
    next: 'Continue',
    wrong: 'This is not the right code. It may have expired: sign in again for a new one.',
    wait: 'Too many tries. Wait a while and sign in again.',
    wrongPhone: 'This number cannot be used.',
    mailedKey: (who) => `This signs you in as ${who}.`,
    signIn: 'Sign in',
    refused: 'This link does not sign you in',
    refusedMeans:
      'The account is closed, or asks for a code in the very mailbox that the link came to. Ask whoever runs the site.',
    done: 'You are signed in',
    doneMeans: 'You can close this page.',
    gone: 'This page has expired',
    goneMeans: 'Sign in again.',
  },
  de: {
    title: (site) => `Bei ${site} anmelden`,
    texted: 'Geben Sie den Code ein, der an Ihr Telefon gesendet wurde, oder einen Ersatzcode.',
    mailed: 'Geben Sie den Code ein, der Ihnen gemailt wurde, oder einen Ersatzcode.',
    shown: 'Geben Sie den Code ein, den Ihre Authenticator-App zeigt, oder einen Ersatzcode.',
    setUp:
      'Scannen Sie dies mit Ihrer Authenticator-App, oder tippen Sie den Schlüssel ein. Geben Sie dann den Code ein, den sie zeigt.',
    phone: 'Ihr Konto braucht eine Telefonnummer. Dorthin wird ein Code gesendet.',
    phoneField: 'Telefonnummer, mit + und Land',
    codeField: 'Code',
    next: 'Weiter',
    wrong:
      'Das ist nicht der richtige Code. Er ist vielleicht abgelaufen: Melden Sie sich neu an, dann kommt ein neuer.',
    wait: 'Zu viele Versuche. Warten Sie eine Weile und melden Sie sich neu an.',
    wrongPhone: 'Diese Nummer kann nicht verwendet werden.',
    mailedKey: (who) => `Damit melden Sie sich als ${who} an.`,
    signIn: 'Anmelden',
    refused: 'Dieser Link meldet Sie nicht an',
    refusedMeans:
      'Das Konto ist geschlossen, oder es verlangt einen Code in eben dem Postfach, in das der Link kam. Fragen Sie den Betreiber.',
    done: 'Sie sind angemeldet',
    doneMeans: 'Sie können diese Seite schließen.',
    gone: 'Diese Seite ist abgelaufen',
    goneMeans: 'Melden Sie sich neu an.',
  },
};

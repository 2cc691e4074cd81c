import type { Language } from '@app/pages';

export interface LandingWords {
  ask(site: string): string;
  account: string;
  requested: string;
  confirm: string;
  onlyIfYou: string;
  notMe: string;
  otherBrowser: string;
  otherDevice: string;
  signedIn: string;
  close: string;
  goBack: string;
  gone: string;
  askAgain: string;
  sameMailbox: string;
  notMeAsk: string;
  notMeMeans: string;
  notMeConfirm: string;
  dismissed: string;
  dismissedMeans: string;
}

export const landingWords: Record<Language, LandingWords> = {
  en: {
    ask: (site) => `Sign in to ${site}?`,
    account: 'Account',
    requested: 'Somebody asked for this:',
    confirm: 'Sign in',
    onlyIfYou: 'Continue only if this was you.',
    notMe: 'This was not me',
    otherBrowser:
      'This looks like another browser or device than the one that asked. To sign in there, go back to it and type the six-digit code of the same mail.',
    otherDevice:
      'You opened the link in another browser than the one that asked. For your safety it cannot be confirmed here: go back to where you asked and type the six-digit code of the same mail.',
    signedIn: 'You are signed in',
    close: 'You can close this page.',
    goBack: 'Go back to the window where you asked. You can close this page.',
    gone: 'This link does not work any more',
    askAgain: 'It was used, ended or has expired. Ask for a new one where you want to sign in.',
    sameMailbox: 'Mails are the second step of your sign-in, so the first one has to be your password.',
    notMeAsk: 'Was this not you?',
    notMeMeans:
      'Ending the request makes the link and the code of the mail useless. Your account stays as it is.',
    notMeConfirm: 'End the request',
    dismissed: 'The request has ended',
    dismissedMeans: 'Nobody can sign in with that mail any more. We have made a note of it.',
  },
  de: {
    ask: (site) => `Bei ${site} anmelden?`,
    account: 'Konto',
    requested: 'Angefordert wurde das so:',
    confirm: 'Anmelden',
    onlyIfYou: 'Machen Sie nur weiter, wenn Sie das waren.',
    notMe: 'Das war ich nicht',
    otherBrowser:
      'Das scheint ein anderer Browser oder ein anderes Gerät zu sein als beim Anfordern. Um sich dort anzumelden, gehen Sie dorthin zurück und geben Sie den sechsstelligen Code derselben E-Mail ein.',
    otherDevice:
      'Sie haben den Link in einem anderen Browser geöffnet als dem, der ihn angefordert hat. Zu Ihrer Sicherheit kann er hier nicht bestätigt werden: Gehen Sie dorthin zurück und geben Sie den sechsstelligen Code derselben E-Mail ein.',
    signedIn: 'Sie sind angemeldet',
    close: 'Sie können diese Seite schließen.',
    goBack: 'Gehen Sie zurück zu dem Fenster, in dem Sie angefangen haben. Diese Seite können Sie schließen.',
    gone: 'Dieser Link gilt nicht mehr',
    askAgain:
      'Er wurde benutzt oder beendet oder ist abgelaufen. Fordern Sie dort einen neuen an, wo Sie sich anmelden wollen.',
    sameMailbox: 'E-Mails sind der zweite Schritt Ihrer Anmeldung, deshalb muss der erste Ihr Passwort sein.',
    notMeAsk: 'Waren Sie das nicht?',
    notMeMeans:
      'Wird die Anfrage beendet, sind Link und Code der E-Mail wertlos. Ihr Konto bleibt, wie es ist.',
    notMeConfirm: 'Anfrage beenden',
    dismissed: 'Die Anfrage ist beendet',
    dismissedMeans: 'Mit dieser E-Mail kann sich niemand mehr anmelden. Wir haben es vermerkt.',
  },
};

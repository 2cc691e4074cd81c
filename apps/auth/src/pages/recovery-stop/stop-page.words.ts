import type { Language } from '@app/pages';

/** Where a recovery stands when somebody looks. */
export type StopState = 'asked' | 'stopped' | 'nothing';

export interface StopPageWords extends Record<StopState, string> {
  title: string;
  stop: string;
}

export const stopPageWords: Record<Language, StopPageWords> = {
  en: {
    title: 'Account recovery',
    asked:
      'Somebody has proven the recovery key of your account. If this was not you, stop the recovery here.',
    stop: 'Stop the recovery',
    stopped:
      'The recovery is stopped. Your keys are what they were. Whoever asked has your mailbox or your recovery key: replace both.',
    nothing: 'There is no recovery to be stopped: it was stopped already, or it is done.',
  },
  de: {
    title: 'Wiederherstellung Ihres Kontos',
    asked:
      'Jemand hat den Wiederherstellungsschlüssel Ihres Kontos nachgewiesen. Waren Sie das nicht, dann halten Sie die Wiederherstellung hier auf.',
    stop: 'Wiederherstellung aufhalten',
    stopped:
      'Die Wiederherstellung ist aufgehalten. Ihre Schlüssel sind dieselben wie zuvor. Wer sie angefordert hat, hat Ihr Postfach oder Ihren Wiederherstellungsschlüssel: Ersetzen Sie beide.',
    nothing: 'Es gibt keine Wiederherstellung aufzuhalten: Sie wurde schon aufgehalten oder ist erledigt.',
  },
};

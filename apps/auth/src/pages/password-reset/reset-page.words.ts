import type { Language } from '@app/pages';

export interface ResetPageWords {
  ask: string;
  field(min: number, max: number): string;
  change: string;
  length(min: number, max: number): string;
  /** `reason`: in English, what makes the password weak. */
  weak(reason: string): string;
  done: string;
  doneMeans: string;
  dead: string;
  deadMeans: string;
}

export const resetPageWords: Record<Language, ResetPageWords> = {
  en: {
    ask: 'Choose a new password',
    field: (min, max) => `New password, ${min} to ${max} characters`,
    change: 'Change the password',
    length: (min, max) => `The password must have ${min} to ${max} characters.`,
    weak: (reason) => reason,
    done: 'Your password is changed',
    doneMeans: 'All sessions have ended. Sign in with the new password.',
    dead: 'This link is no longer good',
    deadMeans: 'It was used, or it is too old. Ask for a new one.',
  },
  de: {
    ask: 'Neues Passwort wählen',
    field: (min, max) => `Neues Passwort, ${min} bis ${max} Zeichen`,
    change: 'Passwort ändern',
    length: (min, max) => `Das Passwort muss ${min} bis ${max} Zeichen haben.`,
    weak: () =>
      'Dieses Passwort ist leicht zu erraten. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun haben.',
    done: 'Ihr Passwort ist geändert',
    doneMeans: 'Alle Sitzungen sind beendet. Melden Sie sich mit dem neuen Passwort an.',
    dead: 'Dieser Link gilt nicht mehr',
    deadMeans: 'Er wurde benutzt oder ist zu alt. Fordern Sie einen neuen an.',
  },
};

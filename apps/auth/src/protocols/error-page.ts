import type { AuthError } from '@app/kernel';
import { layout, markup, type Language } from '@app/pages';

type Say = [title: string, text: (seconds: number) => string];
interface Words {
  403: Say;
  404: Say;
  429: Say;
  503: Say;
  other: Say;
}

const words: Record<Language, Words> = {
  en: {
    403: ['This did not come from our page', () => 'Open the link of the mail again, and go on from there.'],
    404: ['There is no such page', () => 'Look at the link again: it may not have been copied as a whole.'],
    429: ['Too many requests', (seconds) => `Wait ${seconds} s and try again.`],
    503: ['Not available at this moment', () => 'Nothing is lost. Try again in a minute.'],
    other: ['That did not work', () => 'Go back and try again.'],
  },
  de: {
    403: [
      'Das kam nicht von unserer Seite',
      () => 'Öffnen Sie den Link aus der E-Mail noch einmal, und machen Sie dort weiter.',
    ],
    404: [
      'Diese Seite gibt es nicht',
      () => 'Sehen Sie sich den Link noch einmal an: Vielleicht wurde er nicht ganz kopiert.',
    ],
    429: ['Zu viele Anfragen', (seconds) => `Warten Sie ${seconds} s, und versuchen Sie es noch einmal.`],
    503: [
      'Im Augenblick nicht erreichbar',
      () => 'Es ist nichts verloren. Versuchen Sie es in einer Minute noch einmal.',
    ],
    other: ['Das hat nicht geklappt', () => 'Gehen Sie zurück, und versuchen Sie es noch einmal.'],
  },
};

/** A refusal to a person in front of a browser. */
export function errorPage(status: number, { details }: AuthError, language: Language): string {
  const say = words[language];
  const [title, text] = status in say ? say[status as 403] : say.other;
  return layout(language, title, markup`<p role="alert">${text(details.retryAfterSeconds ?? 1)}</p>`);
}

import { LANGUAGES } from './language.js';
import { ENGLISH, Speech } from './speech.js';
import { Speeches } from './speeches.js';
import { sentences as english } from './languages/en/index.js';

const variablesOf = (sentence: string) => [...new Set(sentence.match(/\{\w+\}/g))].sort();
const speeches = new Speeches();

describe.each(LANGUAGES)('the sentences of %s', (language) => {
  it('are those of English, each with what is filled in to it there', async () => {
    const { sentences } = (await import(`./languages/${language}/index.js`)) as { sentences: typeof english };
    expect(Object.keys(sentences).sort()).toEqual(Object.keys(english).sort());
    for (const [key, sentence] of Object.entries(sentences)) {
      expect([key, variablesOf(sentence)]).toEqual([key, variablesOf(english[key as keyof typeof english])]);
      expect([key, sentence.trim()]).toEqual([key, sentence]);
      expect(sentence).not.toMatch(/[<>\n]| {2}/);
    }
  });
});

describe('the language of a tag', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['pt-BR', 'pt'],
    ['en-US', 'en'],
    ['sv', 'en'],
    ['', 'en'],
    ['deu', 'en'],
    ['constructor', 'en'],
  ])('of %s is %s', async (tag, language) => {
    expect((await speeches.of(tag)).language).toBe(language);
    expect(speeches.speaks(tag)).toBe(tag.toLowerCase().startsWith(language) && tag !== 'deu' && tag !== '');
  });

  it('is read once', () => {
    expect(speeches.of('fr')).toBe(speeches.of('fr-CA'));
  });
});

describe('a duration', () => {
  it.each([
    [1, '1 second', '1 Sekunde', '1 sekunda', '1 秒'],
    [60, '1 minute', '1 Minute', '1 minuta', '1 分'],
    [90, '90 seconds', '90 Sekunden', '90 sekund', '90 秒'],
    [120, '2 minutes', '2 Minuten', '2 minuty', '2 分'],
    [600, '10 minutes', '10 Minuten', '10 minut', '10 分'],
    [3600, '1 hour', '1 Stunde', '1 godzina', '1 時間'],
    [86_400, '1 day', '1 Tag', '1 dzień', '1 日'],
    [604_800, '7 days', '7 Tage', '7 dni', '7 日'],
    [90_000, '25 hours', '25 Stunden', '25 godzin', '25 時間'],
  ])('of %d seconds is said in the largest unit that is exact', async (seconds, ...words) => {
    const said = ['en', 'de', 'pl', 'ja'].map(async (language) =>
      (await speeches.of(language)).life(seconds),
    );
    expect(await Promise.all(said)).toEqual(words);
  });

  it('has the digits of codes in Arabic too, and its plural', async () => {
    const arabic = await speeches.of('ar');
    expect([60, 120, 300].map((seconds) => arabic.life(seconds))).toEqual(['دقيقة', 'دقيقتان', '5 دقائق']);
  });
});

it('says times in UTC wherever the service runs', () => {
  expect(ENGLISH.time('2026-07-01T23:30:00+02:00')).toBe('1 July 2026 at 21:30 UTC');
});

it('fills in nothing that was filled in before', () => {
  const speech = new Speech('en', { ...english, 'step.mailed_key': '{who} {who} {other}' });
  expect(speech.say('step.mailed_key', { who: '{who}$&' })).toBe('{who}$& {who}$& {other}');
});

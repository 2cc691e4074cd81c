import type { Speech } from '@app/pages';
import { EXAMPLES } from './examples.js';
import { written, type Written } from './footer.js';
import type { Site } from './site.js';
import { templateOf } from './templates.js';

/** A message as it would go out. */
export interface Preview extends Written {
  /** Of the template; a second kind of it has a number. */
  name: string;
}

/** Every message of the service, every kind of it once, with facts that are made up. */
export function previews(speech: Speech, site: Site): Preview[] {
  const footer = { reference: 'K7QZ2M4X', notMeUrl: `https://${site.host}/not-me?token=example` };
  return Object.entries(EXAMPLES).flatMap(([template, kinds]) =>
    kinds.map((facts, index) => ({
      name: index ? `${template}-${index + 1}` : template,
      ...written(speech, templateOf(template)(facts, site, speech), footer),
    })),
  );
}

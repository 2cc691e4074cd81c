import { basePathOf, type Config } from '@app/config';

const PATHS = {
  explorer: '/docs',
  openapi: '/openapi.json',
  health: '/health/ready',
  keys: '/.well-known/jwks.json',
  mailbox: '/dev/mailbox',
} as const;

export type Place = keyof typeof PATHS;
export type Places = Partial<Record<Place, string>>;

/** The paths of what there is, below that of `PUBLIC_URL`; the mailbox only where messages go to it. */
export function placesOf(config: Config): Places {
  const base = basePathOf(config);
  const there = Object.entries(PATHS).filter(
    ([name]) => name !== 'mailbox' || config.delivery.mailProviders.length === 0,
  );
  return Object.fromEntries(there.map(([name, path]) => [name, `${base}${path}`]));
}

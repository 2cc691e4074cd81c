import type { Config } from './config.js';

/** The path of `PUBLIC_URL`, without a slash at its end: behind a proxy the service may live below one. */
export const basePathOf = ({ http }: Pick<Config, 'http'>): string =>
  new URL(http.publicUrl).pathname.replace(/\/$/, '');

import { plain } from '../plain.protocol.js';
import type { Protocol } from '../protocol.js';

/** The console of the support desk: pages alone, whose forms are its only bodies. */
export const console: Protocol = {
  ...plain,
  name: 'console',
  prefixes: ['/console'],
  bodies: { json: () => false, form: true },
};

import { verify } from '@node-rs/bcrypt';
import { bounded, type ReadForeignHash } from './foreign-hash.js';

/** Powers of two; 14 takes about a second. */
const COST = [4, 14] as const;
// `2x` marks what a faulty implementation made, with which a password of another person may agree.
const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** bcrypt, `$2a$`, `$2b$` and `$2y$`. As everywhere, it looks at the first 72 bytes of the password alone. */
export const readBcrypt: ReadForeignHash = (text) => {
  const cost = FORM.exec(text)?.[1];
  if (cost === undefined) return undefined;
  bounded('the cost of bcrypt', Number(cost), COST);
  return { verify: (password) => verify(password, text) };
};

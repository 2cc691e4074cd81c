import { verify } from '@node-rs/argon2';
import { bounded, ForeignHashError, type ReadForeignHash } from './foreign-hash.js';

const MEMORY_KIB = [8, 65_536] as const;
const PASSES = [1, 10] as const;
const LANES = [1, 8] as const;
const FORM = /^\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=(\d+),t=(\d+),p=(\d+)\$[\w+/]+\$[\w+/]+$/;

/** argon2 in the form of the PHC strings, with whatever parameters (RFC 9106). */
export const readArgon2: ReadForeignHash = (text) => {
  if (!text.startsWith('$argon2')) return undefined;
  const [, memory, passes, lanes] = FORM.exec(text) ?? [];
  if (memory === undefined)
    throw new ForeignHashError('argon2 has to be $argon2id$v=19$m=…,t=…,p=…$salt$hash');
  bounded('the memory of argon2 in KiB', Number(memory), MEMORY_KIB);
  bounded('the passes of argon2', Number(passes), PASSES);
  bounded('the lanes of argon2', Number(lanes), LANES);
  return { verify: (password) => verify(text, password) };
};

import { createHash, timingSafeEqual } from 'node:crypto';
import { setImmediate as others } from 'node:timers/promises';
import { bounded, type ReadForeignHash } from './foreign-hash.js';

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Powers of two. */
const COST = [7, 18] as const;
const FORM = /^\$[PH]\$([./A-Za-z0-9])([./A-Za-z0-9]{8})([./A-Za-z0-9]{22})$/;
/** About a millisecond of MD5, after which others have their turn. */
const CHUNK = 1024;

/** phpass's portable hashes (`$P$`, of older WordPress and Drupal; `$H$`, of phpBB): MD5, many times over. */
export const readPhpass: ReadForeignHash = (text) => {
  const [, cost, salt = '', hash = ''] = FORM.exec(text) ?? [];
  if (cost === undefined) return undefined;
  const times = 2 ** bounded('the cost of phpass', DIGITS.indexOf(cost), COST);
  return {
    verify: async (password) =>
      timingSafeEqual(Buffer.from(encoded(await stretched(password, salt, times))), Buffer.from(hash)),
  };
};

async function stretched(password: string, salt: string, times: number): Promise<Buffer> {
  const typed = Buffer.from(password);
  let hash = createHash('md5').update(salt).update(typed).digest();
  for (let count = 1; count <= times; count += 1) {
    hash = createHash('md5').update(hash).update(typed).digest();
    if (count % CHUNK === 0) await others();
  }
  return hash;
}

/** Three bytes become four digits, the lowest bits first. */
function encoded(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3);
    const value = group.reduce((sum, byte, place) => sum + (byte << (8 * place)), 0);
    for (let digit = 0; digit <= group.length; digit += 1) text += DIGITS[(value >> (6 * digit)) & 63];
  }
  return text;
}

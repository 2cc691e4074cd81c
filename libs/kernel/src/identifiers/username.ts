import { fold } from './fold.js';

/** Why a name cannot be had. */
export type UsernameFault = 'like_an_address' | 'like_a_phone' | 'length' | 'invisible' | 'like_an_id';

/** In characters; in bytes that is far below what an index takes. */
export const LONGEST_USERNAME = 64;
/** Blanks, controls, and what shows as nothing: two names with and without them look alike. */
const INVISIBLE = /[\s\p{C}\p{Default_Ignorable_Code_Point}]/u;
/** A plus sign, or what is drawn like one (Unicode's confusables), behind what people put before a phone number. */
const LIKE_A_PHONE = /^[\s().-]*[+\u2795\u16ed\u{1029b}]/u;
/** As the id of an account looks, or its UUID, in any script: a name like it would be taken for another account's. */
const LIKE_AN_ID = /^(?:\p{Nd}{15,19}|[\p{L}\p{N}]{8}(?:\p{Pd}[\p{L}\p{N}]{4}){3}\p{Pd}[\p{L}\p{N}]{12})$/u;

/**
 * The one form in which a user name is stored and compared, and why nobody may have it. Judged in that form: `＠` becomes `@`, and a
 * ligature may become a sentence. What looks like an address, a phone number or an id would be taken for one by whoever is shown it.
 */
export function readUsername(text: string): { value: string; fault?: UsernameFault } {
  const value = fold(text);
  const fault = faultOf(value);
  return fault ? { value, fault } : { value };
}

function faultOf(value: string): UsernameFault | undefined {
  if (value.includes('@')) return 'like_an_address';
  if (LIKE_A_PHONE.test(value)) return 'like_a_phone';
  if (!value || value.length > 2 * LONGEST_USERNAME || [...value].length > LONGEST_USERNAME) return 'length';
  if (INVISIBLE.test(value)) return 'invisible';
  return LIKE_AN_ID.test(value) ? 'like_an_id' : undefined;
}

import { count, type FoundName, type NameCheck } from '@app/administration';
import type { Answer } from './answer.js';

/** Something was found that somebody has to look at: for scripts. */
const FOUND = 3;

const FIELDS = { email: 'e-mail', username: 'user name' };
const REASONS: Record<FoundName['reason'], string> = {
  spelled_otherwise: 'is written otherwise today',
  no_address: 'is no address that mail goes to',
  like_an_address: 'looks like an e-mail address',
  like_a_phone: 'looks like a phone number',
  like_an_id: 'looks like an id',
  length: 'is too long',
  invisible: 'has blanks or invisible characters',
};

export function nameCheckView({ checked, findings }: NameCheck): Answer {
  const left = findings.filter(({ fixed }) => !fixed);
  const sentence = findings.length
    ? `${count(findings.length, 'name')} of ${count(checked, 'account')}; ${left.length} left to look at.`
    : `${count(checked, 'account')}, and every name is in order.`;
  return {
    lines: [...findings.map(lineOf), sentence],
    json: { checked, findings },
    exitCode: left.length ? FOUND : 0,
  };
}

function lineOf({ id, field, value, reason, stored, collidesWith, fixed }: FoundName): string {
  const as = stored === undefined ? '' : `: ${stored}`;
  const other = collidesWith === undefined ? '' : `; account ${collidesWith} can be meant too`;
  return `${id}  ${FIELDS[field]} ${value} ${REASONS[reason]}${as}${other}${fixed ? '; done' : ''}`;
}

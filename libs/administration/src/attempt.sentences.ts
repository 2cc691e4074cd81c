import type { AttemptEntity } from '@app/attempts';
import type { AuditEventEntity } from '@app/audit';
import type { DeliveryEventEntity, DeliveryEventKind, HandOverEntry, MessageEntity } from '@app/delivery';
import { maskAddress } from '@app/kernel';
import { count, instant } from './words.js';

/** A kind that is newer than this list is called by its name. */
const KINDS: Record<string, string> = { code: 'a code', link: 'a link', totp: 'a code of the authenticator' };

/** `byEvent`: something that happened to its account has ended it, which its row does not say. */
export function attemptSentence(attempt: AttemptEntity, now: Date, byEvent: boolean): string {
  const { id, purpose, factor, kind, protocol, accountId, createdAt } = attempt;
  const aim = purpose === 'second_factor' ? 'sign in' : purpose.replaceAll('_', ' ');
  const what = `${aim} with ${KINDS[kind] ?? kind} as ${factor} factor, by ${protocol}`;
  return `Attempt ${id} (${what}), opened ${instant(createdAt)} for account ${accountId ?? 'unknown'}: ${byEvent ? BY_EVENT : end(attempt, now)}.`;
}

const BY_EVENT = 'ended by what has happened to the account since (docs/security/what-ends-when.md)';

function end(attempt: AttemptEntity, now: Date): string {
  const at = instant(attempt.closedAt);
  switch (statusOf(attempt, now)) {
    case 'open':
      return `open until ${instant(attempt.expiresAt)}${patience(attempt)}`;
    case 'consumed':
      return `answered rightly ${at}`;
    case 'exhausted':
      return `ended ${at} by too many wrong answers`;
    case 'superseded':
      return `ended ${at}, when another took its place`;
    case 'expired':
      return `expired ${instant(attempt.expiresAt)} without the right answer`;
  }
}

/** A wrong link finds no attempt to end. */
function patience({ kind, triesLeft }: AttemptEntity): string {
  return kind === 'link' ? '' : `, ${count(triesLeft, 'more wrong answer')} would end it`;
}

/** Nothing marks an attempt when its time is over: it is what the clock says. `byEvent`: as in `attemptSentence`. */
export function statusOf(
  { status, expiresAt }: AttemptEntity,
  now: Date,
  byEvent = false,
): AttemptEntity['status'] {
  if (byEvent) return 'superseded';
  return status === 'open' && expiresAt <= now ? 'expired' : status;
}

export function messageSentence(message: MessageEntity, now: Date): string {
  const { channel, recipient, tries, lastError, reference, template, createdAt } = message;
  const named = `${channel === 'sms' ? 'Text' : 'Mail'} ${reference ?? message.id}`;
  const what = `${named} (${template.replaceAll('_', ' ')}) to ${maskAddress(recipient)}, asked for ${instant(createdAt)}`;
  const trouble = lastError ? ` (${lastError})` : '';
  return `${what}: ${fate(message, now)}, ${count(tries, 'hand-over')}${trouble}.`;
}

function fate(message: MessageEntity, now: Date): string {
  const { state, endedAt, nextTryAt, leasedUntil, expiresAt, lastError } = message;
  const at = instant(endedAt);
  switch (state) {
    case 'queued':
      if (leasedUntil && leasedUntil > now) return 'being handed over';
      return `waiting, its next try is due ${instant(nextTryAt)}, and is worth nothing after ${instant(expiresAt)}`;
    case 'sent':
      return `handed over ${at}`;
    case 'expired':
      return `not sent, because it expired first, noticed ${at}`;
    case 'refused':
      return `refused for good ${at}`;
    case 'withheld':
      return lastError === 'suppressed'
        ? `withheld ${at}, because a message to this address came back for good`
        : `withheld ${at} by the limit over everything that is named behind`;
    case 'discarded':
      return `not sent, because something newer took its place, noticed ${at}`;
    case 'failed':
      return `set aside ${at}`;
  }
}

/** How a try of a message ended, and with whom. */
export function handOverSentence({ at, provider, outcome, answer, try: number }: HandOverEntry): string {
  return `${instant(new Date(at))} try ${number} with ${provider}: ${outcome}${answer && ` (${answer})`}`;
}

/** What a provider said of a message after the hand-over. */
export function reportSentence({ at, provider, kind, detail }: DeliveryEventEntity): string {
  return `${instant(at)} ${provider} reports: ${REPORTS[kind]}${detail ? ` (${detail})` : ''}`;
}

const REPORTS: Record<DeliveryEventKind, string> = {
  delivered: 'it has arrived',
  bounced: 'it came back for good',
  delayed: 'it has not arrived yet',
  failed: 'it was given up',
};

export function eventSentence(
  recorded: Pick<AuditEventEntity, 'at' | 'event' | 'outcome' | 'protocol' | 'clientAddress' | 'repeated'>,
): string {
  const { at, event, outcome, protocol, clientAddress, repeated } = recorded;
  const again = repeated ? `, and ${count(repeated, 'more time')} in that minute` : '';
  return `${instant(at)} ${event}: ${outcome.replaceAll('_', ' ')}, by ${protocol} from ${clientAddress}${again}`;
}

import type { TextProvider } from '@app/config';
import type { Clock } from '@app/kernel';
import type { HandOverVerdict } from '../message.js';
import { field, idOf, post, unanswered, verdictOf, type Answer } from './http-post.js';
import type { OutgoingText, Sender } from './sender.js';

export type VonageSettings = Extract<TextProvider, { kind: 'vonage' }>;

/** `status` of a text that cannot be sent to this number: it is none, or barred. Every other one is about the account or the moment. */
const OF_THE_RECIPIENT = ['6', '7'];
/** Sent too fast, in `status`: the HTTP status of it is 200. */
const THROTTLED = '1';
const THROTTLED_SECONDS = 1;
/** Milliseconds that Vonage may keep a text before it gives up; it takes 20,000 to 604,800,000. */
const [SHORTEST, LONGEST] = [20_000, 604_800_000];
/** What needs no `type=unicode`: close enough to the alphabet of GSM 03.38, whose rest is rare. */
const PLAIN = /^[\w\s@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà!"#%&'()*+,\-./:;<=>?¡¿§]*$/;

/** Texts by Vonage's SMS API: POST /sms/json, which answers 200 to almost everything and knows no idempotency key. */
export class VonageSender implements Sender<'sms'> {
  constructor(
    private readonly settings: VonageSettings,
    private readonly clock: Clock,
  ) {}

  async send({ id, to, text, expiresAt }: OutgoingText, limit: AbortSignal): Promise<HandOverVerdict> {
    const { origin, key, secret, from } = this.settings;
    const left = expiresAt.getTime() - this.clock.now().getTime();
    const body = new URLSearchParams({
      api_key: key,
      api_secret: secret,
      from: from.replace(/^\+/, ''),
      to: to.replace(/^\+/, ''),
      text,
      type: PLAIN.test(text) ? 'text' : 'unicode',
      ttl: String(Math.min(LONGEST, Math.max(SHORTEST, left))),
      'client-ref': id,
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    try {
      const request = { headers, body: body.toString() };
      return judged(await post(`${origin}/sms/json`, request, { limit, reads: true }));
    } catch (error) {
      return unanswered(error);
    }
  }
}

/** A long text goes in parts, each with a status of its own; one that is not sent speaks for all. */
function judged(answer: Answer): HandOverVerdict {
  const verdict = verdictOf(answer);
  if (verdict.outcome === 'retry') return verdict;
  const parts = field(answer.json, 'messages');
  if (verdict.outcome === 'refused' || !Array.isArray(parts) || !parts.length)
    return { outcome: 'retry', fault: 'provider', reason: `HTTP ${answer.status} without a status` };
  const failed: unknown = parts.find((part) => field(part, 'status') !== '0');
  return failed === undefined ? { outcome: 'sent', ...idOf(field(parts[0], 'message-id')) } : fault(failed);
}

function fault(part: unknown): HandOverVerdict {
  const said = field(part, 'status');
  const status = typeof said === 'string' && /^\d{1,3}$/.test(said) ? said : 'unknown';
  const reason = `status ${status}`;
  if (OF_THE_RECIPIENT.includes(status)) return { outcome: 'refused', reason };
  const asked = status === THROTTLED ? { retryAfterSeconds: THROTTLED_SECONDS } : {};
  return { outcome: 'retry', fault: 'provider', reason, ...asked };
}

import type { Clock } from '@app/kernel';
import type { TextProvider } from '@app/config';
import type { HandOverVerdict } from '../message.js';
import { basicLogin } from './endpoint.js';
import { field, idOf, post, unanswered, verdictOf, type Answer } from './http-post.js';
import type { OutgoingText, Sender } from './sender.js';

export type TwilioSettings = Extract<TextProvider, { kind: 'twilio' }>;

/** Error codes that mean this number and no other one: it is none, it cannot have texts, or its owner wants none. */
const OF_THE_RECIPIENT = [21211, 21214, 21217, 21610, 21614, 21635];
/** Seconds that Twilio may keep a text before it gives up; it takes 1 to 36,000. */
const [SHORTEST, LONGEST] = [1, 36_000];

/** Texts by Twilio's Messages resource: POST /2010-04-01/Accounts/{Sid}/Messages.json, which knows no idempotency key. */
export class TwilioSender implements Sender<'sms'> {
  private readonly url: string;
  private readonly headers: Record<string, string>;
  private readonly reports: Record<string, string>;

  constructor(
    private readonly settings: TwilioSettings,
    private readonly clock: Clock,
    reportsUrl: string,
  ) {
    // It refuses to report to what it cannot reach, and the text with it.
    this.reports = reportsUrl.startsWith('https:') ? { StatusCallback: reportsUrl } : {};
    const { origin, account, token } = settings;
    this.url = `${origin}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
    this.headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: basicLogin(`${account}:${token}`),
    };
  }

  async send({ to, text, expiresAt }: OutgoingText, limit: AbortSignal): Promise<HandOverVerdict> {
    const seconds = Math.ceil((expiresAt.getTime() - this.clock.now().getTime()) / 1000);
    const ValidityPeriod = String(Math.min(LONGEST, Math.max(SHORTEST, seconds)));
    const body = new URLSearchParams({
      To: to,
      Body: text,
      ValidityPeriod,
      ...this.reports,
      ...this.settings.sender,
    });
    try {
      const request = { headers: this.headers, body: body.toString() };
      return judged(await post(this.url, request, { limit, reads: true }));
    } catch (error) {
      return unanswered(error);
    }
  }
}

/** An error that does not blame the number may be mended while the message lives, or not stand in the way of the next provider. */
function judged(answer: Answer): HandOverVerdict {
  const verdict = verdictOf(answer);
  if (verdict.outcome === 'sent') return { ...verdict, ...idOf(field(answer.json, 'sid')) };
  const code = field(answer.json, 'code');
  const reason = typeof code === 'number' ? `HTTP ${answer.status} code ${code}` : `HTTP ${answer.status}`;
  if (verdict.outcome === 'retry') return { ...verdict, reason };
  if (typeof code === 'number' && OF_THE_RECIPIENT.includes(code)) return { outcome: 'refused', reason };
  return { outcome: 'retry', fault: answer.status === 400 ? 'message' : 'provider', reason };
}

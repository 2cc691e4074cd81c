import { createHmac } from 'node:crypto';
import type { Clock } from '@app/kernel';
import type { HandOverVerdict } from '../message.js';
import { TextSender, type OutgoingText } from './sender.js';

const RETRYABLE = [408, 429];

/**
 * Texts as signed JSON, POSTed to the operator's gateway. 2xx is sent, 4xx refused (but 408 and 429), anything else,
 * a redirect among it, is tried again under the same `Idempotency-Key`.
 *
 * `Countersign-Signature: t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA-256 over `<t>.<body>`: the receiver knows
 * that the text is ours and, by t, that it is not an old one played again.
 */
export class SmsWebhookSender extends TextSender {
  private readonly url: string;
  private readonly headers: Record<string, string>;

  constructor(
    url: string,
    private readonly secret: string,
    private readonly clock: Clock,
  ) {
    super();
    const { username, password } = new URL(url);
    this.url = withoutCredentials(url);
    const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
      'base64',
    );
    this.headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Countersign',
      ...((username || password) && { Authorization: `Basic ${basic}` }),
    };
  }

  async send(text: OutgoingText, limit: AbortSignal): Promise<HandOverVerdict> {
    const body = JSON.stringify(text);
    const headers = {
      ...this.headers,
      'Idempotency-Key': text.id,
      'Countersign-Signature': this.sign(body),
    };
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body,
        signal: limit,
      });
      await response.body?.cancel();
      return verdictOf(response.status);
    } catch (error) {
      const { name, cause } = error as Error;
      return { outcome: 'retry', reason: (cause as { code?: string } | undefined)?.code ?? name };
    }
  }

  private sign(body: string): string {
    const seconds = Math.floor(this.clock.now().getTime() / 1000);
    return `t=${seconds},v1=${createHmac('sha256', this.secret).update(`${seconds}.${body}`).digest('hex')}`;
  }
}

function verdictOf(status: number): HandOverVerdict {
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const refused = status >= 400 && status < 500 && !RETRYABLE.includes(status);
  return { outcome: refused ? 'refused' : 'retry', reason: `HTTP ${status}` };
}

/** `fetch` refuses a URL with a user name in it; they travel as a header. */
function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

import { createHmac } from 'node:crypto';
import type { Clock } from '@app/kernel';
import type { Channel, HandOverVerdict } from '../message.js';
import { endpointOf, type Endpoint } from './endpoint.js';
import { post, unanswered, verdictOf } from './http-post.js';
import type { Outgoing, Sender } from './sender.js';
import { sign } from './standard-webhooks.js';

export interface WebhookSettings {
  /** `https://user:password@host/path`; the login travels as a header. */
  url: string;
  /** Of Standard Webhooks; all sign. */
  secrets: readonly string[];
  /** Of `Countersign-Signature`, for receivers from before there was a standard. */
  ownSecret?: string;
}

/**
 * Messages as signed JSON, POSTed to the operator's own server. 2xx is sent, 4xx refused (but 408, 425 and 429), anything else is tried
 * again under the same `webhook-id` and `Idempotency-Key`.
 *
 * `Countersign-Signature: t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA-256 over `<t>.<body>`: the receiver knows that the message is
 * ours and, by t, that it is not an old one played again.
 */
export class WebhookSender<C extends Channel> implements Sender<C> {
  private readonly endpoint: Endpoint;

  constructor(
    private readonly settings: WebhookSettings,
    private readonly clock: Clock,
  ) {
    this.endpoint = endpointOf(settings.url);
  }

  async send(message: Outgoing[C], limit: AbortSignal): Promise<HandOverVerdict> {
    const body = JSON.stringify(message);
    const { url, login } = this.endpoint;
    const headers = {
      'Content-Type': 'application/json',
      ...login,
      'Idempotency-Key': message.id,
      ...this.signatures(message.id, body),
    };
    return post(url, { headers, body }, { limit, reads: false }).then(
      (answer) => verdictOf(answer),
      unanswered,
    );
  }

  private signatures(id: string, body: string): Record<string, string> {
    const { secrets, ownSecret } = this.settings;
    const now = this.clock.now();
    const seconds = Math.floor(now.getTime() / 1000);
    const own = ownSecret && createHmac('sha256', ownSecret).update(`${seconds}.${body}`).digest('hex');
    return {
      ...(secrets.length && sign(secrets, id, now, body)),
      ...(own && { 'Countersign-Signature': `t=${seconds},v1=${own}` }),
    };
  }
}

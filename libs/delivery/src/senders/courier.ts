import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { KeyRing } from '@app/kernel';
import { unsealFacts } from '../facts.js';
import type { Channel, ClaimedMessage, HandOverVerdict } from '../message.js';
import { Speeches } from '@app/pages';
import { siteOf } from '../templates/site.js';
import { notMeToken } from '../not-me.js';
import { written, type Written } from '../templates/footer.js';
import { templateOf } from '../templates/templates.js';
import type { Outgoing, Provider } from './sender.js';

/** The part of a lease that a hand-over may take; the rest is for its record. */
const PART_OF_LEASE = 2 / 3;
/** After about three minutes a new version or a new key has been rolled out. */
const TRIES_TO_PREPARE = 8;

/** Brings one message: opens it, puts it into words and hands it to a provider. Never throws. */
@Injectable()
export class Courier {
  private readonly limitMs: number;
  private readonly site;
  private readonly publicUrl: string;

  constructor(
    config: Config,
    private readonly keyRing: KeyRing,
    private readonly speeches: Speeches,
  ) {
    const { smtpTimeoutSeconds, leaseSeconds } = config.delivery;
    this.limitMs = Math.floor(Math.min(smtpTimeoutSeconds, leaseSeconds * PART_OF_LEASE) * 1000);
    this.site = siteOf(config);
    this.publicUrl = config.http.publicUrl;
  }

  /**
   * What this replica cannot open or put into words is left for another try: while a new version or a new key is being rolled out,
   * another replica can. What nobody could after some tries is set aside.
   */
  async deliver<C extends Channel>(message: ClaimedMessage, provider: Provider<C>): Promise<HandOverVerdict> {
    let outgoing: Outgoing[C];
    try {
      outgoing = (await this.prepare(message))[provider.channel];
    } catch (error) {
      const reason = `cannot be prepared: ${(error as Error).message}`;
      const last = message.tries >= TRIES_TO_PREPARE;
      return last ? { outcome: 'failed', reason } : { outcome: 'retry', fault: 'ours', reason };
    }
    try {
      return await provider.sender.send(outgoing, AbortSignal.timeout(this.limitMs));
    } catch (error) {
      return { outcome: 'retry', fault: 'message', reason: `cannot be sent: ${(error as Error).name}` };
    }
  }

  private async prepare(message: ClaimedMessage): Promise<Outgoing> {
    const { id, recipient: to, template, expiresAt } = message;
    const words = await this.words(message);
    return {
      email: { id, to, template, expiresAt, ...words.mail },
      sms: { id, to, template, text: words.sms, expiresAt },
    };
  }

  private async words(message: ClaimedMessage): Promise<Written> {
    const { reference, template } = message;
    const speech = await this.speeches.of(message.language, message.organisation);
    const words = templateOf(template)(unsealFacts(this.keyRing, message), this.site, speech);
    const notMeUrl = reference && `${this.publicUrl}/not-me?token=${notMeToken(this.keyRing, reference)}`;
    return written(speech, words, { reference, notMeUrl });
  }
}

import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { KeyRing } from '@app/kernel';
import { unsealFacts } from '../facts.js';
import type { ClaimedMessage, HandOverVerdict } from '../message.js';
import { languageOf } from '@app/pages';
import { siteOf } from '../templates/site.js';
import { templateOf } from '../templates/templates.js';
import { MailSender, TextSender } from './sender.js';

/** The part of a lease that a hand-over may take; the rest is for its record. */
const PART_OF_LEASE = 2 / 3;

/** Brings one message: opens it, puts it into words and hands it to what carries its channel. Never throws. */
@Injectable()
export class Courier {
  private readonly limitMs: number;
  private readonly site;

  constructor(
    config: Config,
    private readonly keyRing: KeyRing,
    private readonly mails: MailSender,
    private readonly texts: TextSender,
  ) {
    const { smtpTimeoutSeconds, leaseSeconds } = config.delivery;
    this.limitMs = Math.floor(Math.min(smtpTimeoutSeconds, leaseSeconds * PART_OF_LEASE) * 1000);
    this.site = siteOf(config);
  }

  /**
   * What this replica cannot open or put into words is left for another try: while a new version or a new key is
   * being rolled out, another replica can.
   */
  async deliver(message: ClaimedMessage): Promise<HandOverVerdict> {
    try {
      const send = this.prepare(message);
      return await send(AbortSignal.timeout(this.limitMs));
    } catch (error) {
      return { outcome: 'retry', reason: `cannot be prepared: ${(error as Error).message}` };
    }
  }

  private prepare(message: ClaimedMessage): (limit: AbortSignal) => Promise<HandOverVerdict> {
    const { id, recipient: to, template, expiresAt } = message;
    const words = templateOf(template)(
      unsealFacts(this.keyRing, message),
      this.site,
      languageOf(message.language),
    );
    if (message.channel === 'sms') {
      const text = { id, to, template, text: words.sms, expiresAt };
      return (limit) => this.texts.send(text, limit);
    }
    const mail = { id, to, ...words.mail };
    return (limit) => this.mails.send(mail, limit);
  }
}

import type { HandOverVerdict } from '../message.js';

/** How many hand-overs a replica has under way at the same time, and so how many connections to the mail server. */
export const HAND_OVERS_AT_ONCE = 10;

/** A mail ready to be handed over. */
export interface OutgoingMail {
  id: string;
  to: string;
  language: string;
  subject: string;
  text: string;
  html: string;
}

/** A text message ready to be handed over. */
export interface OutgoingText {
  id: string;
  to: string;
  template: string;
  text: string;
  expiresAt: Date;
}

/**
 * Hands mails to whatever carries them. Says how it went and does not throw; gives up when `limit` is aborted, which
 * comes well before the lease of the message ends.
 */
export abstract class MailSender {
  abstract send(mail: OutgoingMail, limit: AbortSignal): Promise<HandOverVerdict>;
}

/** The same for text messages. */
export abstract class TextSender {
  abstract send(text: OutgoingText, limit: AbortSignal): Promise<HandOverVerdict>;
}

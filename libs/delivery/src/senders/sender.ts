import type { Channel, HandOverVerdict } from '../message.js';

/** An image that the HTML of a mail shows as `cid:logo`. */
export interface Logo {
  /** `image/png`, for one. */
  type: string;
  /** In base64. */
  content: string;
}

/** A mail ready to be handed over. */
export interface OutgoingMail {
  id: string;
  to: string;
  language: string;
  template: string;
  subject: string;
  text: string;
  html: string;
  logo?: Logo;
  expiresAt: Date;
}

/** A text message ready to be handed over. */
export interface OutgoingText {
  id: string;
  to: string;
  template: string;
  text: string;
  expiresAt: Date;
}

export interface Outgoing {
  email: OutgoingMail;
  sms: OutgoingText;
}

/**
 * Hands messages to whoever carries them. Says how it went and does not throw; gives up when `limit` is aborted, which comes well before
 * the lease of the message ends.
 */
export interface Sender<C extends Channel> {
  send(message: Outgoing[C], limit: AbortSignal): Promise<HandOverVerdict>;
  /** Ends what it keeps open. */
  close?(): void;
}

/** Somebody who carries messages of a channel. */
export interface Provider<C extends Channel = Channel> {
  channel: C;
  /** As rows, metrics and the log call it: the same on all replicas, and no secret. */
  name: string;
  /** Hand-overs under way at the same time. */
  hands: number;
  sender: Sender<C>;
}

/** All providers of each channel, in the order of preference. */
export abstract class Providers {
  abstract readonly email: readonly Provider<'email'>[];
  abstract readonly sms: readonly Provider<'sms'>[];
}

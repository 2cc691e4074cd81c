import type { HandOverVerdict } from '../message.js';
import { TextSender } from './sender.js';

/** Where texts end when nothing carries them: refused at once and on record, instead of waiting for their end. */
export class UnconfiguredTextSender extends TextSender {
  send(): Promise<HandOverVerdict> {
    return Promise.resolve({ outcome: 'refused', reason: 'SMS_WEBHOOK_URL is not set' });
  }
}

import type { BrowserAttempt, BrowserView } from './browser-view.js';

/** What an attempt waits for; `undefined`: nothing, it is complete. */
export type AttemptStep =
  | 'verify_email_otp'
  | 'verify_email_link'
  | 'verify_phone_otp'
  | 'verify_second_factor'
  | 'verify_email'
  | 'verify_phone';

const FIRST_STEP: Record<string, AttemptStep> = {
  email_otp: 'verify_email_otp',
  magic_link: 'verify_email_link',
  phone_otp: 'verify_phone_otp',
};

export function stepOf(attempt: BrowserAttempt): AttemptStep | undefined {
  if (attempt.completed) return undefined;
  if (attempt.kind === 'sign_up')
    return attempt.email && !attempt.email_proven ? 'verify_email' : 'verify_phone';
  return attempt.stage === 'pending' ? 'verify_second_factor' : FIRST_STEP[attempt.method ?? ''];
}

/** Where the code of this step is sent; none for an authenticator. */
export function channelOf(attempt: BrowserAttempt): 'email' | 'sms' | undefined {
  switch (stepOf(attempt)) {
    case 'verify_email_otp':
    case 'verify_email_link':
    case 'verify_email':
      return 'email';
    case 'verify_phone_otp':
    case 'verify_phone':
      return 'sms';
    case 'verify_second_factor':
      return attempt.factor === 'email' || attempt.factor === 'sms' ? attempt.factor : undefined;
    default:
      return undefined;
  }
}

/** Whether the attempt can still be completed: its time is not over, and its pending session has not been ended. */
export function isOpen(attempt: BrowserAttempt, now: Date): boolean {
  const alive = attempt.stage === null ? new Date(attempt.expires_at) > now : attempt.live;
  return !attempt.completed && alive;
}

/** The open attempt of this id and kind, if the browser session has it. */
export function openAttempt(
  view: BrowserView,
  kind: BrowserAttempt['kind'],
  id: string,
  now: Date,
): BrowserAttempt | undefined {
  return view.attempts.find((attempt) => attempt.id === id && attempt.kind === kind && isOpen(attempt, now));
}

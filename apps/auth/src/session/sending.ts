import { newLink, type NewAttempt } from '@app/attempts';
import { askedBy, codeMessage, type NewMessage } from '@app/delivery';
import { randomDigits, type RequestContext } from '@app/kernel';
import type { Browser } from './browser.js';
import type { BrowserAttempt } from './browser-view.js';

export type Channel = 'email' | 'sms';

/** What `prepare-verification` sends: the code of an attempt, and for a magic link the link beside it. */
export interface Sending {
  code: NewAttempt;
  link?: NewAttempt;
  message: NewMessage;
  /** To the owner of an address that cannot be proven here, in the place of the code. */
  notice: NewMessage;
}

type Rule = Pick<NewAttempt, 'tries' | 'expiresAt'>;

/** `site`: PUBLIC_URL, of which links are built. */
export function sendingOf(
  call: RequestContext,
  browser: Browser,
  attempt: BrowserAttempt,
  channel: Channel,
  rule: Rule,
  site: string,
): Sending {
  const signUp = attempt.kind === 'sign_up';
  const isTaken = channel === 'email' ? attempt.email_taken : attempt.phone_taken;
  const common = {
    ...rule,
    purpose: purposeOf(attempt),
    factor: attempt.stage === 'pending' ? 'second' : 'first',
    method: channel,
    browser: {
      sessionId: browser.id,
      attemptId: attempt.id,
      signUpId: signUp && !isTaken ? attempt.id : undefined,
    },
  } as const;
  const digits = randomDigits(6);
  const code: NewAttempt = {
    ...common,
    id: call.nextId(),
    kind: 'code',
    secret: { binding: attempt.id, value: digits },
  };
  const request = requestFacts(call, rule.expiresAt);
  const envelope = { channel, expiresAt: rule.expiresAt, attemptId: code.id };
  const notice: NewMessage = {
    ...envelope,
    id: call.nextId(),
    template: signUp ? 'account_exists' : 'password_needed',
    facts: request,
  };
  if (attempt.method !== 'magic_link' || attempt.stage === 'pending') {
    const template = signUp ? 'sign_up_code' : 'sign_in_code';
    return { code, notice, message: codeMessage(call, code, { template, channel, code: digits }) };
  }
  const { token, attempt: link } = newLink(call, common);
  const facts = {
    ...request,
    code: digits,
    link: `${site}/auth/verify-magic-link?token=${token}`,
    notMeLink: `${site}/magic-link/not-me?token=${token}`,
  };
  return { code, link, notice, message: { ...envelope, id: call.nextId(), template: 'magic_link', facts } };
}

/** What its code is good for. */
export function purposeOf({ kind, stage }: BrowserAttempt): 'sign_in' | 'sign_up' | 'second_factor' {
  return stage === 'pending' ? 'second_factor' : kind;
}

function requestFacts({ now, client, protocol }: RequestContext, expiresAt: Date) {
  return {
    lifeSeconds: Math.round((expiresAt.getTime() - now.getTime()) / 1000),
    ...askedBy({ now, client, protocol }),
  };
}

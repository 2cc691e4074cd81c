import type { Part, Sql } from '@app/database';
import { randomToken, type RequestContext } from '@app/kernel';
import type { Target } from './redeem.js';
import type { AttemptFactor, AttemptKind, AttemptMethod, AttemptPurpose } from './attempt.entity.js';

export interface NewAttempt {
  id: string;
  purpose: AttemptPurpose;
  factor: AttemptFactor;
  kind: AttemptKind;
  method: AttemptMethod;
  tries: number;
  expiresAt: Date;
  /** The secret and what it is bound to; none for an authenticator. `binding` must be known again at `redeem`. */
  secret?: { binding: string; value: string };
  /** The browser session in which it was begun, which attempt of it this proves, and for whose sign-up, if for one. */
  browser?: { sessionId: string; attemptId?: string; signUpId?: string };
}

/** A link is found by its secret alone, so that is all it is bound to. */
export const LINK_BINDING = 'link';
const LINK_BITS = 256;

/** A link, and the token that stands in it, of so many random bits. Links are first factors: a second one is never asked for by link. */
export function newLink(
  call: RequestContext,
  link: Omit<NewAttempt, 'id' | 'kind' | 'factor' | 'secret'>,
  bits = LINK_BITS,
): { token: string; attempt: NewAttempt } {
  const token = randomToken(bits);
  const secret = { binding: LINK_BINDING, value: token };
  return { token, attempt: { ...link, id: call.nextId(), kind: 'link', factor: 'first', secret } };
}

/** A challenge that a key has to answer. `token`: unguessable, and known to nobody but the client. */
export type NewChallenge = Pick<NewAttempt, 'purpose' | 'factor' | 'method' | 'browser'> & {
  token: string;
  /** Where it is to live shorter than its purpose allows. */
  expiresAt?: Date;
};

/** For whom an attempt is opened. */
export interface Opening {
  subject: string;
  account_id: string | null;
  session_id: string | null;
  security_stamp: number | null;
}

export interface OpenedAttempt extends Opening {
  id: string;
  factor: AttemptFactor;
}

/** A challenge that can be answered. */
export type OpenedChallenge = Pick<OpenedAttempt, 'id' | 'account_id' | 'session_id'> & {
  method: AttemptMethod;
};

/** `budget_row`: what `redeem` will lock. */
export type Opened = { attempt: Part<OpenedAttempt>; budget_row: Part<{ subject: string }> };

export interface RedeemQuestion {
  purpose: AttemptPurpose;
  /** Condition on attempt `a` that names it. */
  of: Sql;
  /** See `Guess`. */
  unguessable?: boolean;
  holds?: (target: Part<Target>) => Part;
}

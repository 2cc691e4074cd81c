import type {
  WachtSession,
  WachtSignIn,
  WachtSignInAttempt,
  WachtSignUpAttempt,
} from '../protocols/wacht/wacht-session.dto.js';
import { isOpen, stepOf } from './attempt-step.js';
import type { BrowserAttempt, BrowserSignIn, BrowserView } from './browser-view.js';

/** What the browser holds, in the protocol's words. Attempts that nothing can come of any more are left out. */
export function presentSession(view: BrowserView, now: Date): WachtSession {
  const attempts = view.attempts.filter((attempt) => attempt.completed || isOpen(attempt, now));
  const signins = view.sign_ins.map(presentSignIn);
  return {
    signin_attempts: attempts.filter(({ kind }) => kind === 'sign_in').map(presentSignInAttempt),
    signins,
    signup_attempts: attempts.filter(({ kind }) => kind === 'sign_up').map(presentSignUpAttempt),
    active_signin: signins.find(({ id }) => id === view.active_id) ?? null,
  };
}

function presentSignInAttempt(attempt: BrowserAttempt): WachtSignInAttempt {
  const current_step = stepOf(attempt) as WachtSignInAttempt['current_step'];
  return {
    id: attempt.id,
    method: attempt.method ?? '',
    ...(current_step && { current_step }),
    completed: attempt.completed,
    created_at: instant(attempt.created_at),
  };
}

function presentSignUpAttempt(attempt: BrowserAttempt): WachtSignUpAttempt {
  const current_step = stepOf(attempt) as WachtSignUpAttempt['current_step'];
  return {
    id: attempt.id,
    email: attempt.email ?? '',
    username: attempt.username ?? '',
    ...(current_step && { current_step }),
    created_at: instant(attempt.created_at),
  };
}

function presentSignIn({ id, user_id, created_at }: BrowserSignIn): WachtSignIn {
  return { id, user_id, created_at: instant(created_at) };
}

/** `2024-01-01T12:00:00Z`: the protocol's timestamps end at the second. */
export function instant(time: string | Date): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

import type { AuthError, InvalidParameter } from '@app/kernel';
import type { Request } from 'express';
import type { Protocol, RenderedError } from '../protocol.js';
import { EMPTY_SESSION, type WachtSession } from './wacht-session.dto.js';
import { wachtErrors, type WachtErrorEntry } from './wacht.errors.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      /** What the browser holds, once it has been looked up: every answer carries it, refusals too. */
      wachtSession?: WachtSession;
    }
  }
}

/** docs/protocols/wacht.md: one envelope for everything, lenient with what it does not know, JSON and both kinds of form. */
export const wacht: Protocol = {
  name: 'wacht',
  prefixes: ['/session', '/me'],
  renderError,
  validation: { whitelist: true, transform: true },
  bodies: { json: ['application/json', 'application/*+json'], form: true, multipart: true, late: true },
};

function renderError(error: AuthError, request?: Request): RenderedError {
  const { status, code, message } = wachtErrors[error.code];
  const body = {
    status,
    message: error.code === 'guesses_spent' ? message : explain(error, message),
    data: null,
    session: request?.wachtSession ?? EMPTY_SESSION,
    errors: [{ code, message: explain(error, message) } satisfies Omit<WachtErrorEntry, 'status'>],
  };
  return { status, body };
}

/** In one sentence what is wrong with which field, or how long to wait. */
function explain({ code, details }: AuthError, message: string): string {
  if (details.parameters?.length)
    return details.parameters.map(code === 'invalid_parameters' ? named : ({ error }) => error).join('; ');
  if (code !== 'guesses_spent' && code !== 'login_locked') return message;
  return `${message}. Wait ${waitInWords(details.retryAfterSeconds ?? 300)} and try again`;
}

function named({ parameter, error }: InvalidParameter): string {
  return error.includes(parameter) ? error : `${parameter} ${error}`;
}

function waitInWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

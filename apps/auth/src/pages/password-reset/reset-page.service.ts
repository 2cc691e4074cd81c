import { Injectable } from '@nestjs/common';
import { PASSWORD_LENGTH } from '@app/accounts';
import { AuthError, isPlainText, type RequestContext } from '@app/kernel';
import { ResetPasswordService } from '../../password-reset/reset-password.service.js';

/** Why a password was not taken. */
export type Refusal = { problem: 'length' } | { problem: 'weak'; reason: string };

export type ResetOutcome =
  | { kind: 'ask'; token: string; refused?: Refusal }
  | { kind: 'done' }
  /** The link is no link, or no longer. */
  | { kind: 'dead' };

/** The page behind a reset link, for an application that has none of its own. */
@Injectable()
export class ResetPageService {
  constructor(private readonly resets: ResetPasswordService) {}

  /** Looking at it changes nothing: mail scanners open links too. */
  ask(token: unknown): ResetOutcome {
    return isToken(token) ? { kind: 'ask', token } : { kind: 'dead' };
  }

  /** A password that is refused leaves the link good. */
  async change(call: RequestContext, token: unknown, password: unknown): Promise<ResetOutcome> {
    if (!isToken(token)) return { kind: 'dead' };
    if (!isPassword(password)) return { kind: 'ask', token, refused: { problem: 'length' } };
    try {
      await this.resets.reset(call, token, password);
      return { kind: 'done' };
    } catch (error) {
      return refusal(token, error);
    }
  }
}

function isToken(text: unknown): text is string {
  return typeof text === 'string' && isPlainText(text);
}

function isPassword(text: unknown): text is string {
  const { min, max } = PASSWORD_LENGTH;
  return typeof text === 'string' && isPlainText(text) && text.length >= min && text.length <= max;
}

function refusal(token: string, error: unknown): ResetOutcome {
  if (!(error instanceof AuthError)) throw error;
  if (error.code === 'link_unknown' || error.code === 'link_expired') return { kind: 'dead' };
  if (error.code !== 'password_weak') throw error;
  const reason = error.details.parameters?.[0]?.error ?? '';
  return { kind: 'ask', token, refused: { problem: 'weak', reason } };
}

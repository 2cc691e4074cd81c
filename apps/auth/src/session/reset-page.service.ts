import { Injectable } from '@nestjs/common';
import { PASSWORD_LENGTH } from '@app/accounts';
import { AuthError, isPlainText, type Call } from '@app/kernel';
import { askPage, deadPage, donePage } from './reset-page.js';
import { ResetPasswordService } from './reset-password.service.js';

export interface Page {
  status: number;
  html: string;
}

/** The page behind a reset link, for an application that has none of its own. */
@Injectable()
export class ResetPageService {
  constructor(private readonly resets: ResetPasswordService) {}

  /** Looking at it changes nothing: mail scanners open links too. */
  ask(token: unknown): Page {
    return typeof token === 'string' && isPlainText(token) ? { status: 200, html: askPage(token) } : DEAD;
  }

  async change(call: Call, token: unknown, password: unknown): Promise<Page> {
    if (typeof token !== 'string' || !isPlainText(token)) return DEAD;
    if (!isPassword(password))
      return { status: 400, html: askPage(token, 'It must have 8 to 128 characters.') };
    try {
      await this.resets.reset(call, token, password);
      return { status: 200, html: donePage() };
    } catch (error) {
      return refused(token, error);
    }
  }
}

const DEAD: Page = { status: 410, html: deadPage() };

function isPassword(text: unknown): text is string {
  const { min, max } = PASSWORD_LENGTH;
  return typeof text === 'string' && isPlainText(text) && text.length >= min && text.length <= max;
}

function refused(token: string, error: unknown): Page {
  if (!(error instanceof AuthError)) throw error;
  if (error.code === 'link_unknown' || error.code === 'link_expired') return DEAD;
  if (error.code !== 'password_weak') throw error;
  return { status: 400, html: askPage(token, error.details.parameters?.[0]?.error) };
}

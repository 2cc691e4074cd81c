import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { languageOf, siteOf } from '@app/delivery';
import type { AuthErrorCode } from '@app/kernel';
import type { Response } from 'express';
import { setTokenCookie } from '../protocols/docspace/docspace-token.js';
import { endPage, stepPage, type Complaint } from './docspace-page.js';
import type { PageOutcome } from './docspace-page.service.js';

const COMPLAINTS: Partial<Record<AuthErrorCode, Complaint>> = {
  guesses_spent: 'wait',
  resend_too_soon: 'wait',
  invalid_parameters: 'wrongPhone',
  phone_taken: 'wrongPhone',
};

/** Says the step in the browser's language; a page that holds a key is kept nowhere. */
@Injectable()
export class DocspacePagePresenter {
  constructor(private readonly config: Config) {}

  answer(outcome: PageOutcome, response: Response): void {
    const language = languageOf(response.req.acceptsLanguages()[0] ?? 'en');
    const frame = { site: siteOf(this.config), language };
    response.setHeader('Cache-Control', 'no-store');
    response.type('html');
    if (outcome.kind === 'gone') return void response.status(410).send(endPage(frame, 'gone'));
    if (outcome.kind === 'step') {
      const complaint = outcome.refused && (COMPLAINTS[outcome.refused] ?? 'wrong');
      return void response.status(complaint ? 422 : 200).send(stepPage(frame, outcome.step, complaint));
    }
    const { token, expiresAt } = outcome.signedIn.signedIn ?? {};
    if (token) setTokenCookie(response, token, expiresAt);
    response.status(200).send(endPage(frame, 'done'));
  }
}

import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { siteOf } from '@app/delivery';
import type { AuthErrorCode } from '@app/kernel';
import { sendPage, type Language, type Page } from '@app/pages';
import type { Response } from 'express';
import { endPage, keyPage, stepPage, type Complaint, type PageFrame } from './page.js';
import type { PageOutcome } from './page.service.js';
import { DocspaceStepPresenter } from '../../code/docspace/authentication.presenter.js';

const COMPLAINTS: Partial<Record<AuthErrorCode, Complaint>> = {
  guesses_spent: 'wait',
  resend_too_soon: 'wait',
  invalid_parameters: 'wrongPhone',
  phone_taken: 'wrongPhone',
};

/** Says the step in the browser's language. */
@Injectable()
export class DocspacePagePresenter {
  constructor(
    private readonly config: Config,
    private readonly steps: DocspaceStepPresenter,
  ) {}

  answer(outcome: PageOutcome, language: Language, response: Response): void {
    const next =
      outcome.kind === 'done' ? this.steps.present(outcome.signedIn, response).confirmUrl : undefined;
    if (next) return sendPage(response, { status: 303, html: '', location: next });
    sendPage(response, this.pageOf(outcome, language));
  }

  private pageOf(outcome: PageOutcome, language: Language): Page {
    const frame = { site: siteOf(this.config), language };
    switch (outcome.kind) {
      case 'gone':
        return { status: 410, html: endPage(frame, 'gone') };
      case 'refused':
        return { status: 403, html: endPage(frame, 'refused') };
      case 'done':
        return { status: 200, html: endPage(frame, 'done') };
      case 'mailed_key':
        return { status: 200, html: keyPage(frame, outcome.email) };
      case 'step':
        return this.stepOf(frame, outcome);
    }
  }

  private stepOf(frame: PageFrame, { step, refused }: Extract<PageOutcome, { kind: 'step' }>): Page {
    const complaint = refused && (COMPLAINTS[refused] ?? 'wrong');
    const html = stepPage(frame, step, complaint);
    return { status: complaint ? 422 : 200, html, dataImages: step.authenticator !== undefined };
  }
}

import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { siteOf } from '@app/delivery';
import type { AuthErrorCode } from '@app/kernel';
import { sendPage, type Page, type Speech } from '@app/pages';
import type { Response } from 'express';
import { endPage, keyPage, stepPage, type Complaint, type PageFrame } from './page.js';
import type { PageOutcome } from './page.service.js';
import { DocspaceStepPresenter } from '../../code/docspace/authentication.presenter.js';

const COMPLAINTS: Partial<Record<AuthErrorCode, Complaint>> = {
  guesses_spent: 'wait',
  resend_too_soon: 'wait',
  invalid_parameters: 'wrong_phone',
  phone_taken: 'wrong_phone',
};

/** Says the step in the browser's language. */
@Injectable()
export class DocspacePagePresenter {
  constructor(
    private readonly config: Config,
    private readonly steps: DocspaceStepPresenter,
  ) {}

  answer(outcome: PageOutcome, speech: Speech, response: Response): void {
    const next =
      outcome.kind === 'done' ? this.steps.present(outcome.signedIn, response).confirmUrl : undefined;
    if (next) return sendPage(response, { status: 303, location: next });
    sendPage(response, this.pageOf(outcome, speech));
  }

  private pageOf(outcome: PageOutcome, speech: Speech): Page {
    const frame = { site: siteOf(this.config), speech };
    switch (outcome.kind) {
      case 'gone':
        return { status: 410, document: endPage(frame, 'gone') };
      case 'refused':
        return { status: 403, document: endPage(frame, 'refused') };
      case 'done':
        return { status: 200, document: endPage(frame, 'done') };
      case 'mailed_key':
        return { status: 200, document: keyPage(frame, outcome.email) };
      case 'step':
        return this.stepOf(frame, outcome);
    }
  }

  private stepOf(frame: PageFrame, { step, refused }: Extract<PageOutcome, { kind: 'step' }>): Page {
    const complaint = refused && (COMPLAINTS[refused] ?? 'wrong');
    const document = stepPage(frame, step, complaint);
    return { status: complaint ? 422 : 200, document, dataImages: step.authenticator !== undefined };
  }
}

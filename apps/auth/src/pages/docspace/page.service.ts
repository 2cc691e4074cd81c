import { Injectable } from '@nestjs/common';
import { AuthError, normaliseCode, type AuthErrorCode, type RequestContext } from '@app/kernel';
import type { SignInStep } from '../../code/docspace/first-factor/credentials.js';
import { DocspaceStepService } from '../../code/docspace/steps/step.service.js';
import { DocspaceStepView, type StepView } from '../../code/docspace/steps/step-view.service.js';
import { DocspaceTextService } from '../../code/docspace/second-factor/text.service.js';

export type PageOutcome =
  | { kind: 'step'; step: StepView; refused?: AuthErrorCode }
  | { kind: 'mailed_key'; email: string }
  /** Signed in, or waiting for the next step. */
  | { kind: 'done'; signedIn: SignInStep }
  | { kind: 'refused' }
  | { kind: 'gone' };

export interface PageInput {
  code?: string;
  phone?: string;
}

const SHOWN: AuthErrorCode[] = [
  'code_wrong',
  'attempt_not_found',
  'guesses_spent',
  'resend_too_soon',
  'invalid_parameters',
  'phone_taken',
];

/** The page behind a `confirmUrl`: what a client that shows it does not have to build. */
@Injectable()
export class DocspacePageService {
  constructor(
    private readonly views: DocspaceStepView,
    private readonly steps: DocspaceStepService,
    private readonly texts: DocspaceTextService,
  ) {}

  async ask(call: RequestContext, key: string): Promise<PageOutcome> {
    const step = await this.views.find(call, key);
    return step ? { kind: 'step', step } : { kind: 'gone' };
  }

  async take(call: RequestContext, key: string, { code = '', phone }: PageInput): Promise<PageOutcome> {
    try {
      if (phone === undefined)
        return { kind: 'done', signedIn: await this.steps.verify(call, key, normaliseCode(code), false) };
      await this.texts.setPhone(call, key, phone);
      return await this.ask(call, key);
    } catch (error) {
      const refused = error instanceof AuthError && SHOWN.includes(error.code) ? error.code : undefined;
      if (!refused && !(error instanceof AuthError && error.code === 'session_not_found')) throw error;
      const asked = await this.ask(call, key);
      return asked.kind === 'step' ? { ...asked, refused } : asked;
    }
  }
}

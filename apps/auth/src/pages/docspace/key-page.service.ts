import { Injectable } from '@nestjs/common';
import { AuthError, type AuthErrorCode, type RequestContext } from '@app/kernel';
import { DocspaceKeyCheck } from '../../code/docspace/steps/key-check.service.js';
import type { PageOutcome } from './page.service.js';
import { DocspaceSignInService } from '../../code/docspace/sign-in.service.js';

/** Said on the page; anything else is no answer to who presses its button. */
const REFUSALS: Partial<Record<AuthErrorCode, PageOutcome['kind'] & ('gone' | 'refused')>> = {
  credentials_wrong: 'gone',
  account_disabled: 'refused',
  attempt_not_found: 'refused',
};

/** Signs in with a mailed key, for whom the client's own page is not there. */
@Injectable()
export class DocspaceKeyPageService {
  constructor(
    private readonly keys: DocspaceKeyCheck,
    private readonly signIns: DocspaceSignInService,
  ) {}

  async ask(call: RequestContext, key: string): Promise<PageOutcome> {
    const found = await this.keys.find(call, key);
    if (found?.type !== 'Auth' || found.state !== 'good' || !found.email) return { kind: 'gone' };
    return { kind: 'mailed_key', email: found.email };
  }

  /** Whoever presses the button means to take the account over, if it waits for its owner. */
  async take(call: RequestContext, key: string): Promise<PageOutcome> {
    try {
      const proof = { kind: 'mailed_key', key, first: true } as const;
      const signedIn = await this.signIns.signIn(call, { proof, transient: false });
      return { kind: 'done', signedIn };
    } catch (error) {
      const kind = error instanceof AuthError ? REFUSALS[error.code] : undefined;
      if (!kind) throw error;
      return { kind };
    }
  }
}

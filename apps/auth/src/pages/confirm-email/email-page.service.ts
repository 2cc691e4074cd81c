import { Injectable } from '@nestjs/common';
import { AuthError, type RequestContext } from '@app/kernel';
import { ContactProof } from '@app/sign-in';

export type EmailOutcome =
  | { kind: 'ask'; token: string; email: string }
  | { kind: 'done' }
  /** The link is no link, or no longer. */
  | { kind: 'dead' }
  | { kind: 'taken' };

/** The page behind the link that proves a new address. */
@Injectable()
export class EmailPageService {
  constructor(private readonly proof: ContactProof) {}

  /** Looking at it changes nothing: mail scanners open links too. */
  async ask(call: RequestContext, token: string | undefined): Promise<EmailOutcome> {
    const found = token === undefined ? undefined : await this.proof.behindLink(call, token);
    return token === undefined || !found ? { kind: 'dead' } : { kind: 'ask', token, email: found.address };
  }

  /** The press of the button. */
  async confirm(call: RequestContext, token: string | undefined): Promise<EmailOutcome> {
    const found = token === undefined ? undefined : await this.proof.behindLink(call, token);
    if (token === undefined || !found) return { kind: 'dead' };
    try {
      await this.proof.byLink({ ...call, protocol: found.protocol }, token, found.address);
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      if (error.code === 'email_taken') return { kind: 'taken' };
      if (error.code === 'link_expired') return { kind: 'dead' };
      throw error;
    }
  }
}

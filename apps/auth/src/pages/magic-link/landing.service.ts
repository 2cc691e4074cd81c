import { Injectable } from '@nestjs/common';
import { AuthError, type AuthErrorCode, type RequestContext } from '@app/kernel';
import type { TokenPair } from '@app/tokens';
import { LinkConfirmService } from '../../magic-link/link-confirm.service.js';
import { LinkExchangeService } from '../../magic-link/link-exchange.service.js';
import { LinkViewService, type LinkView } from '../../magic-link/link-view.service.js';

/** The browser that opens a link, as far as it can be told from others. */
export interface Visitor {
  /** Digest of the browser session's token that came with the request. */
  browserTokenHash: string | undefined;
  userAgent: string;
}

/** Where it stands to the browser that asked: the same, seemingly another, or certainly another. */
export type Kinship = 'same' | 'perhaps_another' | 'another';

export type Confirmation =
  | { kind: 'tokens'; tokens: TokenPair; link: LinkView }
  | { kind: 'redirect'; url: string }
  | { kind: 'browser'; link: LinkView }
  | { kind: 'another_browser'; link: LinkView }
  | { kind: 'same_mailbox'; link: LinkView }
  | { kind: 'gone' };

const REFUSALS: Partial<Record<AuthErrorCode, 'gone' | 'same_mailbox'>> = {
  link_unknown: 'gone',
  link_expired: 'gone',
  credentials_wrong: 'same_mailbox',
};

/** The page behind a mailed link. */
@Injectable()
export class LandingService {
  constructor(
    private readonly views: LinkViewService,
    private readonly confirmations: LinkConfirmService,
    private readonly exchanges: LinkExchangeService,
  ) {}

  async find(call: RequestContext, token: string | undefined): Promise<LinkView | undefined> {
    return token === undefined ? undefined : this.views.find(call, token);
  }

  /** The press of the button: whatever the link is for happens once. */
  async confirm(call: RequestContext, token: string | undefined, visitor: Visitor): Promise<Confirmation> {
    const link = await this.find(call, token);
    if (!link || token === undefined) return { kind: 'gone' };
    try {
      return await this.redeem({ ...call, protocol: link.protocol }, token, link, visitor);
    } catch (error) {
      const refusal = error instanceof AuthError ? REFUSALS[error.code] : undefined;
      if (!refusal) throw error;
      return refusal === 'gone' ? { kind: 'gone' } : { kind: 'same_mailbox', link };
    }
  }

  async dismiss(call: RequestContext, token: string | undefined): Promise<boolean> {
    return token !== undefined && this.confirmations.dismiss(call, token);
  }

  private async redeem(
    call: RequestContext,
    token: string,
    link: LinkView,
    visitor: Visitor,
  ): Promise<Confirmation> {
    if (link.protocol === 'wacht') {
      // Confirmed elsewhere, it would sign in whoever asked: that may be somebody who only knows the address.
      if (kinshipOf(link, visitor) !== 'same') return { kind: 'another_browser', link };
      await this.confirmations.browser(call, token);
      return { kind: 'browser', link };
    }
    if (link.redirect_url)
      return { kind: 'redirect', url: await this.confirmations.redirect(call, token, link.redirect_url) };
    return { kind: 'tokens', tokens: await this.exchanges.link(call, token), link };
  }
}

/** A browser session is certain; without one, a guess by the user agent, which decides about nothing. */
export function kinshipOf(link: LinkView, { browserTokenHash, userAgent }: Visitor): Kinship {
  if (link.protocol === 'wacht') return link.browser_token_hash === browserTokenHash ? 'same' : 'another';
  return link.user_agent === userAgent ? 'same' : 'perhaps_another';
}

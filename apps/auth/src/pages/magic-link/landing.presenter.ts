import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { siteOf } from '@app/delivery';
import { languageOf, type Language, type Page } from '@app/pages';
import { presentTokens } from '../../protocols/yat/yat-token.presenter.js';
import { confirmPage, notMePage, plainPage, signedInPage, type Frame } from './landing.page.js';
import { kinshipOf, type Confirmation, type Visitor } from './landing.service.js';
import type { LinkView } from '../../magic-link/link-view.service.js';

/** What the page says, in the account's language, or the browser's where no account is known. */
@Injectable()
export class LandingPresenter {
  constructor(private readonly config: Config) {}

  ask(link: LinkView | undefined, token: string, visitor: Visitor, browserLanguage: Language): Page {
    if (!link) return this.gone(browserLanguage);
    const html = confirmPage(this.frame(link.language), link, token, kinshipOf(link, visitor));
    return { status: 200, html, ...(link.redirect_url && { formTarget: sourceOf(link.redirect_url) }) };
  }

  askDismissal(link: LinkView | undefined, token: string, browserLanguage: Language): Page {
    if (!link) return this.gone(browserLanguage);
    return { status: 200, html: notMePage(this.frame(link.language), link, token) };
  }

  confirmed(confirmation: Confirmation, token: string, visitor: Visitor, browserLanguage: Language): Page {
    switch (confirmation.kind) {
      case 'tokens': {
        const { link, tokens } = confirmation;
        return { status: 200, html: signedInPage(this.frame(link.language), 'close', presentTokens(tokens)) };
      }
      case 'redirect':
        return { status: 303, html: '', location: confirmation.url };
      case 'browser':
        return { status: 200, html: signedInPage(this.frame(confirmation.link.language), 'goBack') };
      case 'another_browser':
        return { ...this.ask(confirmation.link, token, visitor, browserLanguage), status: 403 };
      case 'same_mailbox':
        return {
          status: 403,
          html: plainPage(this.frame(confirmation.link.language), 'gone', 'sameMailbox'),
        };
      case 'gone':
        return this.gone(browserLanguage);
    }
  }

  dismissed(ended: boolean, browserLanguage: Language): Page {
    if (!ended) return this.gone(browserLanguage);
    return { status: 200, html: plainPage(this.frame(browserLanguage), 'dismissed', 'dismissedMeans') };
  }

  private gone(browserLanguage: Language): Page {
    return { status: 410, html: plainPage(this.frame(browserLanguage), 'gone', 'askAgain') };
  }

  private frame(tag: string): Frame {
    const base = new URL(this.config.http.publicUrl).pathname.replace(/\/$/, '');
    return { site: siteOf(this.config), language: languageOf(tag), base };
  }
}

/** The address as a source of a Content Security Policy: an origin, or the scheme of an app's own address. */
function sourceOf(url: string): string {
  const { origin, protocol } = new URL(url);
  return origin === 'null' ? protocol : origin;
}

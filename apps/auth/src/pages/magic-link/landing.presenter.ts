import { Injectable } from '@nestjs/common';
import { basePathOf, Config } from '@app/config';
import { siteOf } from '@app/delivery';
import { Speeches, type Page, type Speech } from '@app/pages';
import { presentTokens } from '../../protocols/yat/yat-token.presenter.js';
import { confirmPage, notMePage, plainPage, signedInPage, type Frame } from './landing.page.js';
import { kinshipOf, type Confirmation, type Visitor } from './landing.service.js';
import type { LinkView } from '../../magic-link/link-view.service.js';

/** What the page says, in the account's language, or the browser's where no account is known. */
@Injectable()
export class LandingPresenter {
  constructor(
    private readonly config: Config,
    private readonly speeches: Speeches,
  ) {}

  async ask(link: LinkView | undefined, token: string, visitor: Visitor, browser: Speech): Promise<Page> {
    if (!link) return this.gone(browser);
    const document = confirmPage(await this.spoken(link.language), link, token, kinshipOf(link, visitor));
    return { status: 200, document, ...(link.redirect_url && { formTarget: sourceOf(link.redirect_url) }) };
  }

  async askDismissal(link: LinkView | undefined, token: string, browser: Speech): Promise<Page> {
    if (!link) return this.gone(browser);
    return { status: 200, document: notMePage(await this.spoken(link.language), link, token) };
  }

  async confirmed(
    confirmation: Confirmation,
    token: string,
    visitor: Visitor,
    browser: Speech,
  ): Promise<Page> {
    switch (confirmation.kind) {
      case 'tokens': {
        const { link, tokens } = confirmation;
        return {
          status: 200,
          document: signedInPage(await this.spoken(link.language), 'close', presentTokens(tokens)),
        };
      }
      case 'redirect':
        return { status: 303, location: confirmation.url };
      case 'browser':
        return {
          status: 200,
          document: signedInPage(await this.spoken(confirmation.link.language), 'go_back'),
        };
      case 'another_browser':
        return { ...(await this.ask(confirmation.link, token, visitor, browser)), status: 403 };
      case 'same_mailbox':
        return {
          status: 403,
          document: plainPage(await this.spoken(confirmation.link.language), 'gone', 'same_mailbox'),
        };
      case 'gone':
        return this.gone(browser);
    }
  }

  dismissed(ended: boolean, browser: Speech): Page {
    if (!ended) return this.gone(browser);
    return { status: 200, document: plainPage(this.frame(browser), 'dismissed', 'dismissed_means') };
  }

  private gone(browser: Speech): Page {
    return { status: 410, document: plainPage(this.frame(browser), 'gone', 'ask_again') };
  }

  /** In the language of an account. */
  private async spoken(tag: string): Promise<Frame> {
    return this.frame(await this.speeches.of(tag));
  }

  private frame(speech: Speech): Frame {
    return { site: siteOf(this.config), speech, base: basePathOf(this.config) };
  }
}

/** The address as a source of a Content Security Policy: an origin, or the scheme of an app's own address. */
function sourceOf(url: string): string {
  const { origin, protocol } = new URL(url);
  return origin === 'null' ? protocol : origin;
}

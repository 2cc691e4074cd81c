import { sql } from '@app/database';
import type { Page } from 'playwright-core';
import { Authenticator } from '../support/authenticator.js';
import { DfnsClient } from '../support/dfns-client.js';
import { DfnsPeople } from '../support/dfns-people.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { ORIGIN, SoftwareKey } from '../support/software-authenticator.js';
import { EmailChanges } from '../support/email-changes.js';
import type { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

/** Where the service says it is; a browser gets there through `serveProxy`. */
export const PUBLIC_URL = 'http://auth.test';
/** What a service has to be told for the walks. */
export const WALKED = {
  PUBLIC_URL,
  WEBAUTHN_RP_ID: 'localhost',
  WEBAUTHN_ORIGINS: ORIGIN,
  RECOVERY_DELAY_SECONDS: '86400',
  DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
  DFNS_REQUESTS_PER_MINUTE_LIMIT: '100000',
  WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
  WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '100000',
};

/** A person in front of the pages, who does on each what it asks for; `see` is told the name of every page that shows. */
export class PageWalk {
  private accounts = 0;
  private readonly people: DfnsPeople;

  constructor(private readonly app: TestApp) {
    this.people = new DfnsPeople(app, new DfnsClient(app));
  }

  /** From `site`, under which the browser knows the service. */
  async all(page: Page, site: string, see: (name: string) => Promise<void>): Promise<void> {
    for (const walk of [this.authenticator, this.phone, this.reset, this.email, this.stop]) {
      const open = async (url: string) => void (await page.goto(url.replace(PUBLIC_URL, site)));
      await walk.call(this, page, open, see);
    }
  }

  private async authenticator(page: Page, open: Visit, see: Visit): Promise<void> {
    const { confirmUrl, tfaKey } = await this.signIn('totp');
    await open(confirmUrl);
    await see('docspace-set-up');
    await fill(page, 'code', '000000');
    await page.getByRole('alert').waitFor();
    await see('docspace-wrong');
    await fill(page, 'code', new Authenticator(this.app, tfaKey).code());
    await page.getByRole('textbox').waitFor({ state: 'detached' });
    await see('docspace-done');
    await open(confirmUrl);
    await see('docspace-gone');
  }

  private async phone(page: Page, open: Visit, see: Visit): Promise<void> {
    const { confirmUrl } = await this.signIn('sms');
    await open(confirmUrl);
    await see('docspace-phone');
    const phone = `+4915112${String(500_000 + this.accounts)}`;
    await fill(page, 'phone', phone);
    await page.locator('[name=code]').waitFor();
    await see('docspace-code');
    await fill(page, 'code', await this.app.mailbox.code(phone));
    await page.getByRole('textbox').waitFor({ state: 'detached' });
  }

  private async reset(page: Page, open: Visit, see: Visit): Promise<void> {
    const email = await this.newcomer();
    await new WachtClient(this.app).post('/auth/forgot-password', { email });
    const { text } = await this.app.mailbox.newest(email);
    const link = /http\S+reset-password\S+/.exec(text)?.[0] as string;
    await open(link);
    await see('reset');
    await fill(page, 'password', 'password1');
    await page.getByRole('alert').waitFor();
    await see('reset-weak');
    await fill(page, 'password', 'vier Wörter die niemand rät');
    await page.locator('[name=password]').waitFor({ state: 'detached' });
    await see('reset-done');
    await open(`${PUBLIC_URL}/reset-password`);
    await see('reset-dead');
  }

  private async email(page: Page, open: Visit, see: Visit): Promise<void> {
    const changes = new EmailChanges(this.app);
    const { access_token } = (await changes.client.signIn(await this.newcomer())).body;
    const token = await changes.ask(access_token, `walk${(this.accounts += 1)}@example.com`);
    const link = `${PUBLIC_URL}/confirm-email?token=${token}`;
    await open(link);
    await see('email');
    await page.getByRole('button').click();
    await page.getByRole('button').waitFor({ state: 'detached' });
    await see('email-done');
    await open(link);
    await see('email-dead');
  }

  private async stop(page: Page, open: Visit, see: Visit): Promise<void> {
    const link = await this.pendingRecovery();
    await open(link);
    await see('stop');
    await page.getByRole('button').click();
    await page.getByRole('button').waitFor({ state: 'detached' });
    await see('stop-stopped');
    await open(link);
    await page.getByRole('button').click();
    await page.getByRole('button').waitFor({ state: 'detached' });
    await see('stop-nothing');
  }

  private async newcomer(): Promise<string> {
    const email = `walk${(this.accounts += 1)}@example.com`;
    await this.app.createAccount({ email, secondFactor: 'none' });
    return email;
  }

  /** The first step of somebody whose second factor has to be set up in the next one. */
  private async signIn(factor: 'sms' | 'totp'): Promise<{ confirmUrl: string; tfaKey: string }> {
    const email = await this.newcomer();
    await this.app.rows(sql`UPDATE accounts SET second_factor = ${factor} WHERE email = ${email}`);
    const { confirmUrl, tfaKey } = (await new DocspaceClient(this.app).signIn(email)).body.response;
    return { confirmUrl: confirmUrl as string, tfaKey: tfaKey as string };
  }

  /** The link of the mail about it. */
  private async pendingRecovery(): Promise<string> {
    const member = await this.people.member();
    const { challenge, temporaryAuthenticationToken: token } = await this.people.recoveryChallenge(member);
    const newCredentials = { firstFactorCredential: new SoftwareKey().create(challenge) };
    const count = this.app.mailbox.count(member.email);
    const body = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
    await this.people.client.post('/auth/recover/user', body, token);
    const { text } = await this.app.mailbox.newest(member.email, count + 1);
    return /http\S+\/auth\/recover\/stop\?token=[\w-]+/.exec(text)?.[0] as string;
  }
}

type Visit = (what: string) => Promise<void>;

async function fill(page: Page, field: string, text: string): Promise<void> {
  await page.locator(`[name=${field}]`).fill(text);
  await page.getByRole('button').click();
}

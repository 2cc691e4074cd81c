import { Injectable } from '@nestjs/common';
import { audit, recordedAs, type AuditEvent } from '@app/audit';
import { Database, part, type Part, sql, statement } from '@app/database';
import { AuthError, digest, randomToken, type RequestContext } from '@app/kernel';
import { BrowserSessions, type LockedBrowser, type OwnedSession } from '@app/sessions';
import { recordRefusal } from '@app/sign-in';
import { RowLimits } from '@app/throttle';
import { newBrowserLimit } from '../limits/wacht.limits.js';
import { emptyView, type Browser, type BrowserAnswer } from './browser.js';
import { viewById, type BrowserView } from './browser-view.js';

const TOKEN_BITS = 256;

/** What a call presented: its token's hash, and the view that was found by it. */
export interface Presented {
  tokenHash: string;
  view: BrowserView | undefined;
}

export interface Entered extends Browser {
  /** To be handed to the client; absent when it keeps the one it has. */
  token?: string;
}

/** The browser session itself: how a call gets into one, and what its holder does with the sign-ins in it. */
@Injectable()
export class BrowserService {
  constructor(
    private readonly database: Database,
    private readonly browsers: BrowserSessions,
    private readonly limits: RowLimits,
  ) {}

  /**
   * The browser session of a call, made when there is none. A call that only reads and comes with the token before the last
   * rotation was on its way when that happened: it gets an empty session and no token, which could take the place of
   * the new one in the browser.
   */
  async enter(call: RequestContext, { tokenHash, view }: Presented, reads: boolean): Promise<Entered> {
    if (!view || (view.late && !reads)) return this.create(call);
    if (view.late) return { id: view.id, tokenHash, view: emptyView(view.id, call.now) };
    if (view.stale) return this.renew(call, { id: view.id, tokenHash, view });
    if (reads && this.browsers.isDue(new Date(view.expires_at), view.active_id, call.now)) {
      await this.database.rows(this.browsers.roll(call, view.id));
    }
    return { id: view.id, tokenHash, view };
  }

  /** What the browser session holds now; its life begins anew. */
  async view(call: RequestContext, id: string): Promise<BrowserView> {
    const viewed = statement(viewById(id, call.now), this.browsers.roll(call, id));
    return (await this.database.row(viewed)) as BrowserView;
  }

  /** Ends one sign-in, the active one, or all of them. Nothing to end is no error. */
  async signOut(
    call: RequestContext,
    browser: Browser,
    which: { id?: string; all: boolean },
  ): Promise<BrowserAnswer> {
    const all = browser.view.sign_ins.map(({ id }) => id);
    if (!which.all && which.id !== undefined && !all.includes(which.id))
      return this.refuse(call, 'session.end');
    const ending = which.all ? all : all.filter((id) => id === (which.id ?? browser.view.active_id));
    for (const id of ending)
      await this.change(call, browser, 'session.end', (locked) => this.browsers.signOut(call, id, locked));
    return { view: await this.view(call, browser.id) };
  }

  /** Makes another of the sign-ins the active one. */
  async switch(call: RequestContext, browser: Browser, id: string): Promise<BrowserAnswer> {
    if (!browser.view.sign_ins.some((signIn) => signIn.id === id)) return this.refuse(call, 'session.switch');
    const changed = await this.change(call, browser, 'session.switch', (locked) =>
      this.browsers.activate(call, id, locked),
    );
    if (!changed) return this.refuse(call, 'session.switch');
    return { view: await this.view(call, browser.id) };
  }

  private refuse(call: RequestContext, event: AuditEvent): Promise<never> {
    return recordRefusal(this.database, call, event, { outcome: 'absent' })(unknownSignIn());
  }

  private async create(call: RequestContext): Promise<Entered> {
    const token = randomToken(TOKEN_BITS);
    const created = { id: call.nextId(), tokenHash: digest(token) };
    await this.limits.make(call, newBrowserLimit, (admitted) =>
      this.browsers.create(call, created, admitted),
    );
    return { ...created, token, view: emptyView(created.id, call.now) };
  }

  /** A sign-in came from outside: the token that was there before it must not open it. */
  private async renew(call: RequestContext, browser: Browser): Promise<Entered> {
    const token = randomToken(TOKEN_BITS);
    const tokenHash = digest(token);
    const locked = this.browsers.locked(call, browser);
    const newest = this.browsers.newest(call, locked);
    const rotated = this.browsers.rotate(call, tokenHash, newest, locked);
    const entered = part<{ session_id: string }>(
      'entered',
      sql`SELECT n.session_id::text AS session_id FROM ${newest} n, ${rotated}`,
    );
    const proven = await this.database.row(statement(entered));
    if (!proven) return { ...browser, view: emptyView(browser.id, call.now) };
    return { ...browser, tokenHash, token, view: { ...browser.view, active_id: proven.session_id } };
  }

  private async change(
    call: RequestContext,
    browser: Browser,
    event: AuditEvent,
    change: (locked: Part<LockedBrowser>) => Part<OwnedSession>,
  ): Promise<boolean> {
    const changed = change(this.browsers.locked(call, browser));
    const verdict = recordedAs('done', changed);
    return (await this.database.row(statement(verdict, audit(call, event, verdict)))) !== undefined;
  }
}

function unknownSignIn(): AuthError {
  const parameters = [{ parameter: 'sign_in_id', error: 'sign_in_id names no sign-in of this session' }];
  return new AuthError('invalid_parameters', { parameters });
}

import { Injectable } from '@nestjs/common';
import { activeSubjectParts } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, statement } from '@app/database';
import { AuthError, digest, KeyRing, randomToken, type RequestContext, type Identifier } from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import { FirstFactor, type ProvenFactor, recordRefusal, withoutSession } from '@app/sign-in';
import { begunBy, type Browser } from './browser.js';

/** How somebody wants to sign in, and who they say they are. */
export interface SignInRequest {
  method: string;
  identifier: Identifier;
  /** With the methods that begin with one. */
  password?: string;
}

const POLICY = {
  disabled: 'account_disabled',
  unproven: 'account_not_activated',
  reachable: false,
} as const;

/** The first step of a sign-in: an attempt in the browser session. */
@Injectable()
export class BrowserSignInService {
  constructor(
    private readonly database: Database,
    private readonly firstFactor: FirstFactor,
    private readonly browsers: BrowserSessions,
    private readonly keyRing: KeyRing,
  ) {}

  /** Answers the new token of the browser session when a password was enough to prove something. */
  async signIn(call: RequestContext, browser: Browser, request: SignInRequest): Promise<string | undefined> {
    const { method, identifier, password } = request;
    if (password === undefined) return this.begin(call, browser, method, identifier);
    const proven = await this.firstFactor.byPassword(call, identifier, password, POLICY);
    return (await this.start(call, browser, method, proven)) ?? this.firstFactor.overtaken(call, proven);
  }

  /** By a code or link that `prepare-verification` sends. Whether there is such an account shows nowhere. */
  private async begin(
    call: RequestContext,
    browser: Browser,
    method: string,
    identifier: Identifier,
  ): Promise<undefined> {
    const { subject } = activeSubjectParts(identifier, this.keyRing);
    const attempt = { id: call.nextId(), kind: 'sign_in', method } as const;
    const flow = this.browsers.begin(call, attempt, this.browsers.locked(call, browser), subject);
    const verdict = begunBy(flow);
    const begun = await this.database.row(statement(verdict, audit(call, 'sign_in', verdict)));
    if (begun) return;
    const gone = recordRefusal(this.database, call, 'sign_in', { outcome: 'absent' });
    return gone(new AuthError('attempt_not_found'));
  }

  private async start(
    call: RequestContext,
    browser: Browser,
    method: string,
    proven: ProvenFactor,
  ): Promise<string | undefined> {
    const token = randomToken(256);
    const attemptId = call.nextId();
    const stage = proven.account.second_factor === 'none' ? 'signed_in' : 'pending';
    const locked = this.browsers.locked(call, browser);
    const held = proven.hold();
    const subject = withoutSession(held);
    const begun = this.browsers.begin(call, { id: attemptId, kind: 'sign_in', method }, locked, subject);
    const session = { id: call.nextId(), attemptId, stage, method: 'pwd' } as const;
    const started = this.browsers.start(call, session, held, locked);
    const verdict = recordedAs('accepted', started);
    const row = await this.database.row(
      statement(
        verdict,
        begun,
        ...proven.also(held),
        this.browsers.rotate(call, digest(token), started, locked),
        this.browsers.replace(call, started, locked),
        audit(call, proven.event, verdict),
      ),
    );
    return row && token;
  }
}

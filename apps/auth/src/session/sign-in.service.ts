import { Injectable } from '@nestjs/common';
import { activeSubjectParts, type HeldAccount, type KnownAccount } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, type Effect, part, type Part, sql, statement } from '@app/database';
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

/** A first factor that was right, as far as a browser session needs to know of it. */
export type BrowserProof = Pick<ProvenFactor, 'method' | 'event' | 'hold' | 'also' | 'admit'> & {
  account: Pick<KnownAccount, 'id' | 'second_factor'>;
};

/** Who may go on with a first factor that was right. */
export const ENTRY_POLICY = {
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
    const proven = await this.firstFactor.byPassword(call, identifier, password, ENTRY_POLICY);
    return this.enter(call, browser, method, proven);
  }

  /**
   * Signs in whoever has proven a first factor: at once, or as far as the second one. Answers the new token of the browser session.
   * `begunId`: of the attempt that was begun for it; otherwise it is begun and proven in one.
   *
   * @throws AuthError `credentials_wrong`
   */
  async enter(
    call: RequestContext,
    browser: Browser,
    method: string,
    proven: BrowserProof,
    begunId?: string,
  ): Promise<string> {
    const token = await this.start(call, browser, method, proven, begunId);
    return token ?? this.firstFactor.overtaken(call, proven);
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
    proven: BrowserProof,
    begunId?: string,
  ): Promise<string | undefined> {
    const token = randomToken(256);
    const attemptId = begunId ?? call.nextId();
    const stage = proven.account.second_factor === 'none' ? 'signed_in' : 'pending';
    const locked = this.browsers.locked(call, browser);
    const { admitted: held, effects } = this.admitted(proven, stage);
    const begun =
      begunId === undefined
        ? this.browsers.begin(call, { id: attemptId, kind: 'sign_in', method }, locked, withoutSession(held))
        : this.browsers.claim(call, begunId, locked, held);
    const owner = part<HeldAccount>(
      'owner',
      sql`SELECT h.* FROM ${held} h WHERE EXISTS (SELECT FROM ${begun})`,
    );
    const session = { id: call.nextId(), attemptId, stage, method: proven.method } as const;
    const started = this.browsers.start(call, session, owner, locked);
    const verdict = recordedAs('accepted', started);
    const row = await this.database.row(
      statement(
        verdict,
        ...effects,
        ...proven.also(held),
        this.browsers.rotate(call, digest(token), started, locked),
        this.browsers.replace(call, started, locked),
        audit(call, proven.event, verdict),
      ),
    );
    return row && token;
  }

  /** What links with a session links with one that is signed in, and so after the second factor. */
  private admitted(
    { hold, admit }: BrowserProof,
    stage: 'signed_in' | 'pending',
  ): { admitted: Part<HeldAccount>; effects: Effect[] } {
    const held = hold();
    return (stage === 'signed_in' && admit?.(held)) || { admitted: held, effects: [] };
  }
}

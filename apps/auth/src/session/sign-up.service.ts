import { Injectable } from '@nestjs/common';
import { insertSignUp, NewPassword, unknownSubject, takenIdentifiers } from '@app/accounts';
import { audit, auditRefusal } from '@app/audit';
import { Config } from '@app/config';
import { Database, part, sql, statement } from '@app/database';
import {
  AuthError,
  identifyAs,
  KeyRing,
  readUsername,
  type AuthErrorCode,
  type RequestContext,
  type Identifier,
} from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import { recordRefusal } from '@app/sign-in';
import { begunBy, type Browser } from './browser.js';

/** What somebody signs up with; identifiers in the one form they are stored in. */
export interface SignUpRequest {
  email?: string;
  username?: string;
  phone?: string;
  password: string;
  firstName?: string;
  lastName?: string;
  /** In which it is written to. */
  language: string;
}

type Taken = Identifier['kind'];

/** The first step of a sign-up: an attempt in the browser session. There is no account before each address is proven. */
@Injectable()
export class SignUpService {
  constructor(
    private readonly database: Database,
    private readonly passwords: NewPassword,
    private readonly browsers: BrowserSessions,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  async signUp(call: RequestContext, browser: Browser, request: SignUpRequest): Promise<void> {
    const identifiers = identifiersOf(request);
    const taken = await this.takenOf(identifiers);
    const refusal = this.refusalOf(taken);
    if (refusal) return this.refuse(call, refusal);
    const passwordHash = await this.passwords
      .hash(request.password, knownBy(request))
      .catch(recordRefusal(this.database, call, 'sign_up'));
    await this.begin(call, browser, request, passwordHash, taken);
  }

  /** Whether somebody could have this name and nobody has it, as far as a stranger is told. */
  async isAvailable(identifier: Identifier): Promise<boolean> {
    if (identifier.kind === 'username' && readUsername(identifier.value).fault) return false;
    return !this.refusalOf(await this.takenOf([identifier]));
  }

  private async begin(
    call: RequestContext,
    browser: Browser,
    request: SignUpRequest,
    passwordHash: string,
    taken: Taken[],
  ): Promise<void> {
    const [first] = identifiersOf(request);
    const subject = part<{ subject: string; account_id: string | null }>(
      'subject',
      sql`SELECT ${unknownSubject(first as Identifier, this.keyRing)}::text AS subject, NULL::bigint AS account_id`,
    );
    const attempt = { id: call.nextId(), kind: 'sign_up', method: null } as const;
    const flow = this.browsers.begin(call, attempt, this.browsers.locked(call, browser), subject);
    const addresses = { emailTaken: taken.includes('email'), phoneTaken: taken.includes('phone') };
    const signUp = insertSignUp({ ...request, passwordHash, ...addresses }, flow);
    const verdict = begunBy(flow);
    const begun = await this.database.row(statement(verdict, signUp, audit(call, 'sign_up', verdict)));
    if (begun) return;
    const gone = recordRefusal(this.database, call, 'sign_up', { outcome: 'absent' });
    return gone(new AuthError('attempt_not_found'));
  }

  private async takenOf(identifiers: Identifier[]): Promise<Taken[]> {
    return (await this.database.rows(takenIdentifiers(identifiers))).map(({ kind }) => kind);
  }

  /** A user name has to be unique, so that it is taken shows anyway; an address is told only where the operator says so. */
  private refusalOf(taken: Taken[]): AuthErrorCode | undefined {
    const { disclosesAccounts } = this.config.signUp;
    if (disclosesAccounts && taken.includes('email')) return 'email_taken';
    if (taken.includes('username')) return 'username_taken';
    return disclosesAccounts && taken.includes('phone') ? 'phone_taken' : undefined;
  }

  private async refuse(call: RequestContext, code: AuthErrorCode): Promise<never> {
    await this.database.rows(auditRefusal(call, 'sign_up', { outcome: code, accountId: null }));
    throw new AuthError(code);
  }
}

function identifiersOf({ email, phone, username }: SignUpRequest): Identifier[] {
  const named = { email, phone, username };
  return Object.entries(named).flatMap(([kind, value]) =>
    value === undefined ? [] : [identifyAs(kind as Taken, value)],
  );
}

function knownBy({ email, username, phone, firstName, lastName }: SignUpRequest) {
  return [email, username, phone, firstName, lastName];
}

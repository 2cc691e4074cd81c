import { Injectable } from '@nestjs/common';
import { audit, recordedAs } from '@app/audit';
import { Database, statement } from '@app/database';
import { digest, identify, randomHex, type RequestContext } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { FirstFactor, inSession, type ProvenFactor, SecondFactorChallenge } from '@app/sign-in';

export interface PasswordSignIn {
  /** E-mail address, user name or phone number. */
  login: string;
  password: string;
  /** When given, the account must belong to this organisation. */
  orgId?: string;
}

export interface SignedIn {
  /** The session's credential: 32 lower-case hex characters. */
  token: string;
  /** What the session waits for; absent when it is signed in. */
  awaits?: 'email' | 'sms' | 'totp';
}

const POLICY = {
  disabled: 'account_disabled',
  unproven: 'account_not_activated',
  reachable: true,
} as const;

/** The first step: a password, and for an account with a second factor an attempt at it. */
@Injectable()
export class NavixySignInService {
  constructor(
    private readonly database: Database,
    private readonly firstFactor: FirstFactor,
    private readonly challenge: SecondFactorChallenge,
    private readonly sessions: SessionsRepository,
  ) {}

  /** @throws AuthError those of `FirstFactor.byPassword`, `account_disabled`, `account_not_activated` */
  async signIn(call: RequestContext, { login, password, orgId }: PasswordSignIn): Promise<SignedIn> {
    const policy = { ...POLICY, orgId };
    const proven = await this.firstFactor.byPassword(call, identify(login), password, policy);
    return (await this.open(call, proven)) ?? this.firstFactor.overtaken(call, proven);
  }

  private async open(call: RequestContext, proven: ProvenFactor): Promise<SignedIn | undefined> {
    const { second_factor } = proven.account;
    const awaits = second_factor === 'none' ? undefined : second_factor;
    const token = randomHex(128);
    const id = call.nextId();
    const stage = awaits ? 'pending' : 'signed_in';
    const held = proven.hold();
    const session = this.sessions.start(call, { id, stage, tokenHash: digest(token), method: 'pwd' }, held);
    const binding = inSession.binding({ account_id: proven.account.id, session_id: id });
    const verdict = recordedAs('accepted', session);
    const opened = await this.database.row(
      statement(
        verdict,
        ...(awaits ? this.challenge.open(call, awaits, session, binding) : []),
        ...proven.also(held),
        audit(call, proven.event, verdict),
      ),
    );
    return opened && { token, awaits };
  }
}

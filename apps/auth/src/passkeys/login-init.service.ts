import { Injectable } from '@nestjs/common';
import { keyHolderOf, type HeldKey, type KeyHolder } from '@app/accounts';
import { AttemptsRepository, type Opening } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Database, of, part, sql, statement } from '@app/database';
import { AuthError, identify, KeyRing, randomToken, type RequestContext } from '@app/kernel';
import { spendCodeAndOpen, type InitVerdict } from '../recovery/open-challenge.js';
import { personOf, type Person } from '../recovery/person.js';

export interface LoginChallenge {
  token: string;
  /** The keys that may answer; empty where the authenticator has to know whose it is. */
  keys: Pick<HeldKey, 'kind' | 'credential_id'>[];
}

const TOKEN_BITS = 256;
const KIND = { purpose: 'login_proof', factor: 'second', method: 'key' } as const;

/** The start of a login: a challenge, for anybody who asks. */
@Injectable()
export class LoginInitService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
  ) {}

  /** Without a user name for whoever answers; a code without one is nobody's. */
  async init(
    call: RequestContext,
    { username, ...within }: Partial<Person>,
    code?: string,
  ): Promise<LoginChallenge> {
    if (username === undefined && code === undefined) return this.openForAnybody(call);
    if (username === undefined) throw new AuthError('code_wrong');
    const person = { username, ...within };
    return code === undefined ? this.open(call, person) : this.openWithCode(call, person, code);
  }

  /** The authenticator tells whose it is. */
  private async openForAnybody(call: RequestContext): Promise<LoginChallenge> {
    const token = randomToken(TOKEN_BITS);
    const subject = `?${this.keyRing.mac('login-challenge', token).hash}`;
    const anybody = part<Opening>(
      'anybody',
      sql`
        SELECT ${subject}::text AS subject, NULL::bigint AS account_id, NULL::bigint AS session_id, NULL::int AS security_stamp`,
    );
    await this.database.rows(
      statement(anybody, this.attempts.openChallenge(call, { ...KIND, token }, anybody)),
    );
    return { token, keys: [] };
  }

  /** For one person, who may not exist: then the challenge names a key that nobody has. */
  private async open(call: RequestContext, person: Person): Promise<LoginChallenge> {
    const token = randomToken(TOKEN_BITS);
    const whom = part<Opening>(
      'whom',
      sql`
        SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM ${personOf(person, this.keyRing)}`,
    );
    const opened = this.attempts.openChallenge(call, { ...KIND, token }, whom);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT 'opened' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM ${opened.attempt}`,
    );
    const row = await this.database.row(
      statement({ holder: of(keyHolderOf(whom), 'holder') }, opened, audit(call, 'login.init', verdict)),
    );
    return { token, keys: this.keysOf(person, row?.holder) };
  }

  /** For whoever has spent a login code: the second factor of an account that has a mailbox for it. */
  private async openWithCode(call: RequestContext, person: Person, code: string): Promise<LoginChallenge> {
    const token = randomToken(TOKEN_BITS);
    const question = { purpose: 'login', person, code, token } as const;
    const verdict = await this.database.row<InitVerdict>(
      spendCodeAndOpen(call, this.attempts, this.keyRing, question),
    );
    if (!verdict?.holder) throw new AuthError('code_wrong');
    return { token, keys: this.keysOf(person, verdict.holder) };
  }

  private keysOf({ username }: Person, holder: KeyHolder | null | undefined): LoginChallenge['keys'] {
    const keys = (holder?.keys ?? []).filter((key) => key.kind !== 'RecoveryKey');
    // In the one form of an identifier: a decoy that changed with its spelling would tell it from a key.
    const { kind, value } = identify(username);
    const decoy = this.keyRing.mac('decoy-key', kind, value).hash;
    return keys.length ? keys : [{ kind: 'Fido2', credential_id: decoy }];
  }
}

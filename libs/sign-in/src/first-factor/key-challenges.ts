import { Injectable } from '@nestjs/common';
import { keyHolderOf, type CredentialKind, type HeldKey, type KeyHolder, type Subject } from '@app/accounts';
import { AttemptsRepository, type NewAttempt, type Opening } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Database, of, part, type Part, sql, statement } from '@app/database';
import { KeyRing, randomToken, type Identifier, type RequestContext } from '@app/kernel';

export interface LoginChallenge {
  token: string;
  /** The keys that may answer; empty where the authenticator has to know whose it is. */
  keys: Pick<HeldKey, 'kind' | 'credential_id'>[];
}

/** For whom a challenge is opened, and by which name they were called. */
export interface Whom {
  subject: Part<Subject>;
  name: Identifier;
}

const TOKEN_BITS = 256;
const KIND = { purpose: 'login_proof', factor: 'second', method: 'key' } as const;

/** The start of a sign-in by a key: a challenge, for anybody who asks. */
@Injectable()
export class KeyChallenges {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
  ) {}

  /**
   * For one person, who may not exist: then it names a key that nobody has. Without `whom` for whoever answers: the authenticator tells
   * whose it is. `browser`: the browser session it belongs to; `kinds`: of keys that the
   * protocol knows.
   */
  async open(
    call: RequestContext,
    { whom, browser, kinds }: { whom?: Whom; browser?: NewAttempt['browser']; kinds?: CredentialKind[] } = {},
  ): Promise<LoginChallenge> {
    const token = randomToken(TOKEN_BITS);
    const opening = whom ? ofPerson(whom.subject) : this.ofAnybody(token);
    const opened = this.attempts.openChallenge(call, { ...KIND, token, browser }, opening);
    if (!whom) {
      await this.database.rows(statement(opening, opened));
      return { token, keys: [] };
    }
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT 'opened' AS outcome, account_id, NULL::bigint AS session_id, id AS attempt_id FROM ${opened.attempt}`,
    );
    const row = await this.database.row(
      statement({ holder: of(keyHolderOf(opening), 'holder') }, opened, audit(call, 'login.init', verdict)),
    );
    return { token, keys: this.keysOf(whom.name, row?.holder, kinds) };
  }

  /** The keys that sign in, or one that nobody has: whether there is an account, and has a key, shows nowhere. */
  keysOf(
    { kind, value }: Identifier,
    holder: KeyHolder | null | undefined,
    kinds: CredentialKind[] = ['Fido2', 'Key'],
  ): LoginChallenge['keys'] {
    const keys = (holder?.keys ?? []).filter((key) => kinds.includes(key.kind));
    // In the one form of an identifier: a decoy that changed with its spelling would tell it from a key.
    const decoy = this.keyRing.mac('decoy-key', kind, value).hash;
    return keys.length ? keys : [{ kind: 'Fido2', credential_id: decoy }];
  }

  private ofAnybody(token: string): Part<Opening> {
    const subject = `?${this.keyRing.mac('login-challenge', token).hash}`;
    return part(
      'anybody',
      sql`
        SELECT ${subject}::text AS subject, NULL::bigint AS account_id, NULL::bigint AS session_id, NULL::int AS security_stamp`,
    );
  }
}

function ofPerson(subject: Part<Subject>): Part<Opening> {
  return part(
    'whom',
    sql`SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM ${subject}`,
  );
}

import { AccountsService } from '@app/administration';
import type { SecondFactor } from '@app/accounts';
import type { DfnsAnswer, DfnsClient } from './dfns-client.js';
import { ORIGIN, SoftwareAuthenticator, SoftwareKey } from './software-authenticator.js';
import type { TestApp } from './test-app.js';

export const ORG = 'or-30tnh-itmjs-s235s5ontr3r23h2';

/** A service of `ORIGIN` that does not limit its caller. */
export const AT_HOME = { PUBLIC_URL: ORIGIN, DFNS_REQUESTS_PER_MINUTE_LIMIT: '1000000' };

/** What `init` answers, as far as clients act on it. */
export interface Challenge {
  temporaryAuthenticationToken: string;
  challenge: string;
  otpUrl: string;
  user: { id: string; name: string };
  allowedRecoveryCredentials: { id: string; encryptedRecoveryKey: string }[];
  supportedCredentialKinds: { firstFactor: string[]; secondFactor: string[] };
  excludeCredentials: { id: string }[];
}

/** A registered person and their keys. */
export interface Member {
  id: string;
  uuid: string;
  email: string;
  key: SoftwareKey;
  recoveryKey: SoftwareKey;
  /** Of an account that was made with an authenticator. */
  otpauthUri?: string;
}

/** People with keys, and the steps they take. */
export class DfnsPeople {
  private count = 0;

  constructor(
    private readonly app: TestApp,
    readonly client: DfnsClient,
  ) {}

  /** An account as an operator makes it: no keys. */
  async newcomer(extra: object = {}) {
    const email = `person${(this.count += 1)}@example.com`;
    return {
      email,
      ...(await this.app.createAccount({ email, orgId: ORG, secondFactor: 'none', ...extra })),
    };
  }

  async registrationChallenge(email: string): Promise<Challenge> {
    const before = this.app.mailbox.count(email);
    await this.client.call('PUT', '/auth/registration/code', { username: email, orgId: ORG });
    const registrationCode = await this.client.codeIn(email, before + 1);
    return challengeIn(
      await this.client.post('/auth/registration/init', { username: email, orgId: ORG, registrationCode }),
    );
  }

  /** What an operator's `account second-factor` does. */
  async changeSecondFactor({ email }: Pick<Member, 'email'>, factor: SecondFactor): Promise<void> {
    const accounts = this.app.nest.get(AccountsService);
    await accounts.changeSecondFactor(this.app.operatorCall(), await accounts.find(email), factor);
  }

  /** Somebody new with a key and a recovery key. */
  async member(extra: object = {}): Promise<Member> {
    return this.registered(await this.newcomer(extra));
  }

  /** Registers a key and a recovery key. */
  async registered(person: Omit<Member, 'key' | 'recoveryKey'>): Promise<Member> {
    const { email } = person;
    const { challenge, temporaryAuthenticationToken: token } = await this.registrationChallenge(email);
    const key = new SoftwareKey('Key');
    const recoveryKey = new SoftwareKey('RecoveryKey', 'EdDSA');
    const answer = await this.client.post(
      '/auth/registration',
      {
        firstFactorCredential: key.create(challenge),
        recoveryCredential: { ...recoveryKey.create(challenge), encryptedPrivateKey: 'sealed by the owner' },
      },
      token,
    );
    if (answer.status !== 200) throw new Error(`registration: ${JSON.stringify(answer.body)}`);
    return { ...person, key, recoveryKey };
  }

  /** Spends a mailed recovery code. */
  async recoveryChallenge({ email, recoveryKey }: Pick<Member, 'email' | 'recoveryKey'>): Promise<Challenge> {
    const code = await this.client.mailedCode(email);
    return challengeIn(await this.client.recoveryInit(email, code, recoveryKey.credId));
  }

  async loginChallenge(
    username?: string,
    loginCode?: string,
  ): Promise<{ challenge: string; challengeIdentifier: string }> {
    const { body } = await this.client.post('/auth/login/init', { username, loginCode });
    return body as unknown as { challenge: string; challengeIdentifier: string };
  }

  /** A whole login with one key. */
  async login(
    { email, key }: Pick<Member, 'email'> & { key: SoftwareKey | SoftwareAuthenticator },
    secondFactor?: object,
  ): Promise<DfnsAnswer> {
    const { challenge, challengeIdentifier } = await this.loginChallenge(email);
    return this.client.post('/auth/login', {
      challengeIdentifier,
      firstFactor: key.firstFactor(challenge),
      secondFactor,
    });
  }
}

function challengeIn(answer: DfnsAnswer): Challenge {
  if (answer.status !== 200) throw new Error(`init: ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Challenge;
}

import type { DfnsAnswer, DfnsClient } from './dfns-client.js';
import type { SoftwareAuthenticator, SoftwareKey } from './software-authenticator.js';

type Key = SoftwareKey | SoftwareAuthenticator;

/** What an `init` of one more key answers, as far as clients act on it. */
export interface KeyChallenge {
  challenge: string;
  challengeIdentifier: string;
  [property: string]: unknown;
}

/** Somebody who is logged in and brings one more key. */
export class DfnsNewKeys {
  constructor(
    private readonly client: DfnsClient,
    readonly token: string,
    private readonly signer: Key,
  ) {}

  /** Signs a call, and says what it is made with. */
  async signed(method: string, path: string, payload: string): Promise<string> {
    const { challenge, challengeIdentifier } = await this.action(method, path, payload);
    const firstFactor = this.signer.firstFactor(challenge);
    const { status, body } = await this.sign(challengeIdentifier, firstFactor);
    if (status !== 200) throw new Error(`action: ${JSON.stringify(body)}`);
    return body['userAction'] as string;
  }

  async action(method: string, path: string, payload: string): Promise<KeyChallenge> {
    const action = { userActionPayload: payload, userActionHttpMethod: method, userActionHttpPath: path };
    const { status, body } = await this.client.post('/auth/action/init', action, this.token);
    if (status !== 200) throw new Error(`action/init: ${JSON.stringify(body)}`);
    return body as unknown as KeyChallenge;
  }

  sign(challengeIdentifier: string, firstFactor: object, token = this.token): Promise<DfnsAnswer> {
    return this.client.post('/auth/action', { challengeIdentifier, firstFactor }, token);
  }

  /** A POST with what says that it was signed. */
  send(path: string, body: string, userAction?: string, token = this.token): Promise<DfnsAnswer> {
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${token}`,
      ...(userAction !== undefined && { 'X-DFNS-USERACTION': userAction }),
    };
    return this.client.send(path, { headers, body });
  }

  /** A call as clients make it: signed, and then sent as it was signed. */
  async make(path: string, body: unknown): Promise<DfnsAnswer> {
    const payload = JSON.stringify(body);
    return this.send(path, payload, await this.signed('POST', path, payload));
  }

  async challenge(kind = 'Key'): Promise<KeyChallenge> {
    const { status, body } = await this.client.post('/auth/credentials/init', { kind }, this.token);
    if (status !== 200) throw new Error(`init: ${JSON.stringify(body)}`);
    return body as unknown as KeyChallenge;
  }

  /** What brings the key. */
  offer(key: Key, { challenge, challengeIdentifier }: KeyChallenge, credentialName = 'my phone'): object {
    return { ...key.create(challenge), credentialName, challengeIdentifier };
  }

  async add(key: Key, kind = 'Key'): Promise<DfnsAnswer> {
    return this.make('/auth/credentials', this.offer(key, await this.challenge(kind)));
  }
}

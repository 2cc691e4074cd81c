import { SoftwareAuthenticator } from './software-authenticator.js';
import type { WachtAnswer, WachtClient } from './wacht-client.js';

type Changes = { origin?: string; type?: string; crossOrigin?: boolean; topOrigin?: string };

/** A challenge as a page hands it to the authenticator. */
const bytes = (challenge: string) => Buffer.from(challenge, 'base64url');

/** What a page of a wacht client does with passkeys, without a browser. */
export class WachtPasskeys {
  constructor(readonly client: WachtClient) {}

  async registrationChallenge(): Promise<string> {
    return (await this.client.post('/me/passkeys/register/begin')).body.data.options.publicKey.challenge;
  }

  register(
    challenge: string,
    key: SoftwareAuthenticator,
    { name, ...changes }: Changes & { name?: string } = {},
  ): Promise<WachtAnswer> {
    const { credId, clientData, attestationData } = key.create(bytes(challenge), changes).credentialInfo;
    const response = { clientDataJSON: clientData, attestationObject: attestationData };
    const credential = { id: credId, rawId: credId, type: 'public-key', response };
    return this.client.post('/me/passkeys/register/finish', { credential, name });
  }

  /** A new passkey of who is signed in. */
  async add(name?: string): Promise<SoftwareAuthenticator> {
    const key = new SoftwareAuthenticator();
    const { status } = await this.register(await this.registrationChallenge(), key, { name });
    if (status !== 200) throw new Error(`the passkey was refused: ${status}`);
    return key;
  }

  async loginChallenge(whom: { email?: string; username?: string } = {}): Promise<string> {
    return (await this.client.post('/auth/passkey/login/begin', whom)).body.data.options.publicKey.challenge;
  }

  /** The signature, as a page's form has it. */
  assertion(challenge: string, key: SoftwareAuthenticator, changes: Changes = {}): Record<string, string> {
    const { credId, clientData, ...rest } = key.firstFactor(bytes(challenge), changes).credentialAssertion;
    return { id: credId, rawId: credId, type: 'public-key', clientDataJSON: clientData, ...rest };
  }

  finish(challenge: string, key: SoftwareAuthenticator, changes?: Changes): Promise<WachtAnswer> {
    return this.client.post('/auth/passkey/login/finish', this.assertion(challenge, key, changes));
  }
}

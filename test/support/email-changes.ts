import { TestApp, type Service } from './test-app.js';
import { YatClient, type YatAnswer } from './yat-client.js';

export const LINK = /confirm-email\?token=([\w-]+)/;

/** The press of the button behind the link. */
export function press(
  { url }: Pick<Service, 'url'>,
  token: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
  const body = new URLSearchParams({ token });
  return fetch(`${url}/confirm-email`, { method: 'POST', headers: form, body });
}

/** Owners who give their accounts other addresses, with a yat client. */
export class EmailChanges {
  readonly client: YatClient;

  constructor(private readonly app: TestApp) {
    this.client = new YatClient(app);
  }

  /** Somebody who has just signed in. */
  async owner(factor: 'none' | 'totp' = 'none') {
    const person = await this.app.given.person({ factor });
    const first = (await this.client.signIn(person.email)).body;
    if (factor === 'none') return { ...person, ...first };
    const proven = await this.client.confirm(first.refresh_token, person.authenticator.code());
    return { ...person, ...proven.body };
  }

  patch(token: string, body: object): Promise<YatAnswer> {
    return this.client.call('PATCH', '/account', body, token);
  }

  /** Asks for another address; answers the token of the link that comes there. */
  async ask(token: string, email: string): Promise<string> {
    const { answer, found } = await this.app.mailbox.sentBy(email, LINK, () => this.patch(token, { email }));
    expect(answer.status).toBe(200);
    return found;
  }

  async signsIn(email: string): Promise<boolean> {
    return (await this.client.signIn(email)).status === 200;
  }
}

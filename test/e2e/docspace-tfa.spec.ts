import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

describe('the settings of the second factor, docspace', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', PASSWORD_TRIES_LIMIT: '1000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const { id, email } = await app.given.person();
    return { id, email, token: (await client.signIn(email)).body.response.token as string };
  }

  it('lead from no second factor to an authenticator with backup codes, and back', async () => {
    const { email, token } = await signedIn();
    expect((await client.authorized('PUT', '/settings/tfaapp', token, { type: 'app' })).body.response).toBe(
      true,
    );
    const { tfaKey } = (await client.signIn(email)).body.response;
    const authenticator = new Authenticator(app, tfaKey as string);
    const fresh = (await client.verify(email, authenticator.code())).body.response.token as string;
    const kinds = await client.authorized<{ id: string; enabled: boolean }[]>(
      'GET',
      '/settings/tfaapp',
      fresh,
    );
    const reach = {
      available: true,
      avaliable: true,
      trustedIps: [],
      mandatoryUsers: [],
      mandatoryGroups: [],
    };
    expect(kinds.body).toMatchObject({
      count: 2,
      response: [
        { id: 'sms', title: 'SMS', enabled: false, ...reach },
        { id: 'app', title: 'Authenticator app', enabled: true, ...reach },
      ],
    });
    const codes = await client.authorized<{ code: string; isUsed: boolean }[]>(
      'GET',
      '/settings/tfaappcodes',
      fresh,
    );
    expect(codes.body.response).toHaveLength(5);
    for (const each of codes.body.response)
      expect(each).toEqual({ code: expect.stringMatching(/^[a-z2-9]{6}$/), isUsed: false });
    const renewed = await client.authorized<{ code: string }[]>('PUT', '/settings/tfaappnewcodes', fresh);
    expect((await client.verify(email, codes.body.response[0]?.code as string)).status).toBe(401);
    expect((await client.verify(email, renewed.body.response[0]?.code as string)).status).toBe(200);
    expect((await client.authorized('PUT', '/settings/tfaapp', fresh, { type: 0 })).body.response).toBe(
      false,
    );
    expect((await client.signIn(email)).body.response).toMatchObject({
      tfa: false,
      token: expect.any(String),
    });
  });

  it('let the next sign-in set a new authenticator up', async () => {
    const { email, token } = await signedIn();
    await client.authorized('PUT', '/settings/tfaapp', token, { type: '2' });
    const { tfaKey } = (await client.signIn(email)).body.response;
    const fresh = (await client.verify(email, new Authenticator(app, tfaKey as string).code())).body.response
      .token as string;
    expect((await client.authorized('PUT', '/settings/tfaappnewapp', fresh)).status).toBe(200);
    const again = (await client.signIn(email)).body.response.tfaKey;
    expect(again).toMatch(/^[A-Z2-7]{32}$/);
    expect(again).not.toBe(tfaKey);
  });

  it('are 401 without a token, 403 for a session that was not signed in lately, 400 for another kind', async () => {
    const { token } = await signedIn();
    for (const [method, path, body] of [
      ['GET', '/settings/tfaapp'],
      ['PUT', '/settings/tfaapp', { type: 1 }],
      ['GET', '/settings/tfaappcodes'],
      ['PUT', '/settings/tfaappnewcodes'],
      ['PUT', '/settings/tfaappnewapp'],
    ] as [string, string, object?][]) {
      expect((await client.call(method, path, body)).status).toBe(401);
    }
    expect((await client.authorized('PUT', '/settings/tfaapp', token, { type: 7 })).status).toBe(400);
    app.clock.advanceSeconds(900);
    for (const path of ['/settings/tfaappnewcodes', '/settings/tfaappnewapp']) {
      expect((await client.authorized('PUT', path, token)).status).toBe(403);
    }
    expect((await client.authorized('GET', '/settings/tfaappcodes', token)).status).toBe(403);
    expect((await client.authorized('PUT', '/settings/tfaapp', token, { type: 1 })).status).toBe(403);
  });
});

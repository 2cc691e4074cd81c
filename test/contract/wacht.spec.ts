import { readFileSync } from 'node:fs';
import { differences, expectPublished, LEFT_OUT, OTHERWISE, published } from '../support/published-wacht.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const SESSION = { signin_attempts: [], signup_attempts: [], signins: [], active_signin: null };
const BODY = { status: 200, message: '', data: null, session: SESSION, errors: [] };

describe('the published description of the wacht frontend API', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  it.each([
    ['a text where a number is', { ...BODY, status: '200' }],
    [
      'an attempt of a kind that there is none of',
      { ...BODY, session: { ...SESSION, signin_attempts: [{ id: '1', method: 'pigeon', completed: true }] } },
    ],
    [
      'an attempt without its state',
      { ...BODY, session: { ...SESSION, signin_attempts: [{ id: '1', method: 'sso' }] } },
    ],
    ['a number where an id is', { ...BODY, session: { ...SESSION, signins: [{ id: 1, user_id: '2' }] } }],
  ])('would be found out with %s', (_what, body) => {
    expect(() => expectPublished('GET', '/session', BODY)).not.toThrow();
    expect(() => expectPublished('GET', '/session', body as never)).toThrow(
      /is not what wacht's description says/,
    );
  });

  it('is held by what somebody sees from sign-up to their own account', async () => {
    const { email } = await app.given.person({ email: 'described@example.com' });
    const client = new WachtClient(app);
    const { answer } = await client.signInWithPassword(email);
    expect(answer.status).toBe(200);
    for (const path of ['/me', '/me/signins', '/session']) expect((await client.get(path)).status).toBe(200);
    expect((await client.get('/me')).body.data).toMatchObject({ second_factor_policy: 'none' });
    expect(differences('User', (await client.get('/me')).body.data)).toEqual([]);
  });

  it.each([
    ['email', 'free@example.com', 'email', true],
    ['username', 'free.name', 'username', true],
  ])('names GET /auth/identifier-availability, by %s', async (name, value, identifier_type, available) => {
    const client = new WachtClient(app);
    const answer = await client.get(`/auth/identifier-availability?${name}=${value}`);
    expect(answer.body.data).toEqual({ available, identifier_type, identifier: value });
    expect((await client.get('/auth/identifier-availability')).code).toBe('MISSING_IDENTIFIER');
  });

  it('differs in nothing that is not documented, and in all that is', () => {
    const text = readFileSync('docs/protocols/wacht.md', 'utf8').split('\n## What differs')[1] ?? '';
    const said = Object.values({ ...LEFT_OUT })
      .flat()
      .concat(Object.values(OTHERWISE).flat());
    expect(said.filter((each) => !text.includes(`\`${each}\``))).toEqual([]);
    for (const [name, left] of Object.entries(LEFT_OUT)) {
      const { required } = published[name as keyof typeof published];
      expect(left.filter((each) => !required.includes(each))).toEqual([]);
    }
  });
});

import { generateSync } from 'otplib';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

describe('an authenticator as the second factor', () => {
  let app: TestApp;
  let client: NavixyClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000' });
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  async function account() {
    const email = `totp${(accounts += 1)}@example.com`;
    const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const secret = new URL(otpauthUri as string).searchParams.get('secret') as string;
    const codeAt = (offsetSeconds = 0) =>
      generateSync({ secret, epoch: Math.floor(app.clock.now().getTime() / 1000) + offsetSeconds });
    const signIn = async () => (await client.signIn(email)).body;
    return { codeAt, signIn };
  }

  it('is announced by the sign-in and accepted by verify', async () => {
    const { codeAt, signIn } = await account();
    const { hash, factor_type } = await signIn();
    expect(factor_type).toBe('totp');
    expect((await client.verify(hash, codeAt())).status).toBe(200);
  });

  it.each([
    [-30, 200],
    [30, 200],
    [-60, 400],
    [60, 400],
  ])('takes a code of %i s away with status %i', async (offset, status) => {
    const { codeAt, signIn } = await account();
    const { hash } = await signIn();
    expect((await client.verify(hash, codeAt(offset))).status).toBe(status);
  });

  it('accepts a code once, and none of an earlier step afterwards (RFC 6238 §5.2)', async () => {
    const { codeAt, signIn } = await account();
    const used = codeAt();
    const earlier = codeAt(-30);
    expect((await client.verify((await signIn()).hash, used)).status).toBe(200);
    expect((await client.verify((await signIn()).hash, used)).body.status?.code).toBe(282);
    expect((await client.verify((await signIn()).hash, earlier)).body.status?.code).toBe(282);
    app.clock.advanceSeconds(30);
    expect((await client.verify((await signIn()).hash, codeAt())).status).toBe(200);
  });

  it('counts five wrong codes and then refuses the right one', async () => {
    const { codeAt, signIn } = await account();
    const { hash } = await signIn();
    for (let wrong = 0; wrong < 5; wrong += 1) await client.verify(hash, codeAt(600));
    expect((await client.verify(hash, codeAt())).body.status?.code).toBe(282);
  });

  it('abuse: one code wins once over eight pending sessions at the same time', async () => {
    const { codeAt, signIn } = await account();
    const hashes = await Promise.all(Array.from({ length: 8 }, async () => (await signIn()).hash));
    const answers = await Promise.all(hashes.filter(Boolean).map((hash) => client.verify(hash, codeAt())));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });
});

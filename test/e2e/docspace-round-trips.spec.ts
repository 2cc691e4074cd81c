import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { otherThan } from '../support/navixy-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

describe('round trips of the docspace protocol', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let counter: StatementCounter;
  let authenticator: Authenticator;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', PASSWORD_TRIES_LIMIT: '1000' });
    client = new DocspaceClient(app);
    await app.createAccount({ email: 'trips@example.com', phone: '+4915112345601', secondFactor: 'sms' });
    const { otpauthUri } = await app.createAccount({ email: 'trips-totp@example.com', secondFactor: 'totp' });
    authenticator = new Authenticator(app, otpauthUri as string);
  });
  afterAll(() => app.stop());
  afterEach(() => counter?.stop());

  const count = async (work: () => Promise<unknown>) => (await counter.during(work)).length;

  it('are four for password and code in one call, right or wrong', async () => {
    await client.signIn('trips@example.com');
    const code = await app.mailbox.code('+4915112345601');
    counter = new StatementCounter(app);
    expect(await count(() => client.verify('trips@example.com', otherThan(code)))).toBe(4);
    expect(await count(() => client.verify('trips@example.com', code))).toBe(4);
    expect(await count(() => client.verify('trips-totp@example.com', '000000'))).toBe(4);
    expect(await count(() => client.verify('trips-totp@example.com', authenticator.code()))).toBe(4);
    expect(
      await count(() => client.verify('trips-totp@example.com', authenticator.code(30), { culture: 'de' })),
    ).toBe(5);
  });

  it('are three for a first step, and the same statements for known and unknown names', async () => {
    counter = new StatementCounter(app);
    expect(await count(() => client.signIn('trips@example.com'))).toBe(3);
    for (const proof of [{ password: 'not the password' }, { passwordHash: 'not the hash' }]) {
      const known = await counter.during(() =>
        client.call('POST', '/authentication/1', { userName: 'trips@example.com', ...proof }),
      );
      const unknown = await counter.during(() =>
        client.call('POST', '/authentication/1', { userName: 'nobody@example.com', ...proof }),
      );
      expect(known).toHaveLength(3);
      expect(unknown).toEqual(known);
    }
  });

  it('are one to learn whether a token is good', async () => {
    counter = new StatementCounter(app);
    expect(await count(() => client.isGood({ Authorization: 'x'.repeat(43) }))).toBe(1);
  });
});

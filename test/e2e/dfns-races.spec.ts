import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

describe('dfns calls at the same time', () => {
  let app: TestApp;
  let replica: TestApp;
  let client: DfnsClient;
  let other: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    replica = await TestApp.start(AT_HOME, app);
    client = new DfnsClient(app);
    other = new DfnsClient(replica);
    people = new DfnsPeople(app, client);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  it('spend a code once, on two replicas', async () => {
    const { email } = await people.newcomer();
    const code = await client.mailedCode(email);
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, index) => (index % 2 ? client : other).recoveryInit(email, code)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('send one mail, on two replicas', async () => {
    const { email } = await people.newcomer();
    await Promise.all(
      Array.from({ length: 32 }, (_, index) => (index % 2 ? client : other).recoveryCode(email)),
    );
    expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${email}`)).toHaveLength(1);
  });

  it('leave no session of an old key behind a recovery, not even one that was being made', async () => {
    for (let round = 0; round < 5; round += 1) {
      const member = await people.member();
      const { challenge, temporaryAuthenticationToken } = await people.recoveryChallenge(member);
      const newCredentials = { firstFactorCredential: new SoftwareKey().create(challenge) };
      const body = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
      const logins = Array.from({ length: 6 }, () => people.login(member));
      const recovery = other.post('/auth/recover/user', body, temporaryAuthenticationToken);
      const answers = await Promise.all([recovery, ...logins]);
      expect(answers[0]?.status).toBe(200);
      for (const { status } of answers) expect([200, 401]).toContain(status);
      expect(
        await app.rows(sql`SELECT FROM sessions WHERE account_id = ${member.id} AND ended_at IS NULL`),
      ).toEqual([]);
    }
  });
});

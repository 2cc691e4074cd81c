import { Client } from 'pg';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { createAccount, RunningService } from '../support/running-service.js';
import type { ReceivedMail, SmtpReceiver } from '../support/smtp-receiver.js';
import type { TestDatabase } from '../support/test-database.js';
import { shared } from '../support/two-services.js';
import { until } from '../support/until.js';

describe('two processes of the service on one database', () => {
  let database: TestDatabase;
  let mails: SmtpReceiver;
  let environment: Record<string, string>;
  let services: RunningService[];
  let clients: NavixyClient[];
  let reader: Client;
  let accounts = 0;

  beforeAll(async () => {
    // A killed process may have had the mail in hand: another takes it over when the lease ends.
    ({ database, mails, environment } = await shared({ OUTBOX_LEASE_SECONDS: '3' }));
    services = [await RunningService.start(environment), await RunningService.start(environment)];
    clients = services.map((service) => new NavixyClient(service));
    reader = new Client({ connectionString: database.url });
    await reader.connect();
  }, 240_000);
  afterAll(async () => {
    await reader?.end();
    await Promise.all((services ?? []).map((service) => service.stop()));
    await mails?.stop();
    await database?.drop();
  });

  const either = (i: number) => clients[i % 2] as NavixyClient;

  async function account(): Promise<string> {
    const email = `two${(accounts += 1)}@example.com`;
    createAccount(services[0] as RunningService, email);
    return email;
  }

  async function pending(email: string): Promise<{ hash: string; code: string }> {
    const before = mailsTo(email).length;
    const { hash } = (await either(0).signIn(email)).body;
    return { hash, code: await codeOf(email, before + 1) };
  }

  const mailsTo = (email: string) => mails.received.filter((mail) => mail.to.includes(email));

  async function codeOf(email: string, count: number): Promise<string> {
    await until(() => mailsTo(email).length >= count, `mail ${count} to ${email}`);
    return /^\s*(\d{6})\s*$/m.exec((mailsTo(email).at(-1) as ReceivedMail).raw)?.[1] as string;
  }

  const spent = async (email: string) => {
    const { rows } = await reader.query<{ spent: number }>(
      `SELECT b.spent FROM guess_budgets b JOIN accounts a ON b.subject = a.id::text WHERE a.email = $1`,
      [email],
    );
    return rows[0]?.spent;
  };

  it('let one of 64 simultaneous right answers win', async () => {
    const { hash, code } = await pending(await account());
    const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => either(i).verify(hash, code)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });

  it('hold an account to exactly 20 wrong codes over six attempts', async () => {
    const email = await account();
    const attempts = [];
    for (let i = 0; i < 6; i += 1) attempts.push(await pending(email));
    await Promise.all(
      attempts.flatMap(({ hash, code }) =>
        Array.from({ length: 8 }, (_, i) => either(i).verify(hash, otherThan(code))),
      ),
    );
    expect(await spent(email)).toBe(20);
    const { hash, code } = await pending(email);
    expect((await either(1).verify(hash, code)).body.status?.code).toBe(282);
  });

  it('deliver the mail of a process that is killed right after its answer, once it is back', async () => {
    const email = await account();
    mails.refuseRecipient = (address) => (address === email ? 451 : undefined);
    // Alone, so that nobody else's tries push the next one far away.
    await Promise.all(services.splice(0).map((service) => service.stop()));
    const doomed = await RunningService.start(environment);
    const { hash } = (await new NavixyClient(doomed).signIn(email)).body;
    await doomed.kill();
    mails.refuseRecipient = () => undefined;
    expect(mailsTo(email)).toHaveLength(0);

    services = [await RunningService.start(environment)];
    const code = await codeOf(email, 1);
    const verified = await new NavixyClient(services[0] as RunningService).verify(hash, code);
    expect(verified.status).toBe(200);
  }, 120_000);
});

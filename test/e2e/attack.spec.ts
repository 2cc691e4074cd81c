import { type AttackResult, runCase } from '../attack/case.js';
import { attackCases } from '../attack/cases.js';
import { Target } from '../attack/target.js';
import { CarelessService } from '../support/careless-service.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const EMAIL = 'attacked@example.com';
const MONITORING = [
  '/docs',
  '/openapi.json',
  '/metrics',
  '/health/ready',
  '/dev/mailbox',
  '/dev/mailbox/messages',
];

/** What comes before the floods must not be refused by the limits that those look for. */
const LIMITS = Object.fromEntries(
  ['DOCSPACE_REQUESTS', 'WACHT_REQUESTS', 'WACHT_NEW_SESSIONS', 'YAT_REQUESTS', 'DFNS_REQUESTS'].map(
    (name) => [`${name}_PER_MINUTE_LIMIT`, '300'],
  ),
);

const titled = attackCases.map((each) => ({ title: `${each.asvs} ${each.name}`, each }));

describe('what strangers try from outside', () => {
  let app: TestApp;
  let target: Target;

  beforeAll(async () => {
    app = await TestApp.start({ ...LIMITS, PUBLIC_URL: 'https://sign-in.example.com' });
    await app.createAccount({ email: EMAIL, secondFactor: 'none' });
    const account = { email: EMAIL, password: PASSWORD };
    target = new Target(app.url, { account, outside: true, secure: true, intended: MONITORING });
  });
  afterAll(async () => {
    target.close();
    await app.stop();
  });

  it.each(titled)('$title', async ({ each }) => {
    expect(await runCase(each, target)).toMatchObject({ result: 'ok', seen: [] });
  });
});

describe('a service that does everything wrong', () => {
  let service: CarelessService;
  const results = new Map<string, AttackResult>();

  beforeAll(async () => {
    service = await CarelessService.start();
    const account = { email: EMAIL, password: PASSWORD };
    const target = new Target(service.url, { account, outside: true, secure: true, flood: 60 });
    for (const { title, each } of titled) results.set(title, await runCase(each, target));
    target.close();
  }, 120_000);
  afterAll(() => service.stop());

  it.each(titled.filter(({ each }) => each.asvs !== '12.2.1'))('is seen by: $title', ({ title }) => {
    expect(results.get(title)).toMatchObject({ result: 'seen' });
  });

  it('is seen by: 12.2.1, when it is reached by plain HTTP', async () => {
    const target = new Target(service.url, { outside: true });
    const results = await Promise.all(
      attackCases.filter(({ asvs }) => asvs === '12.2.1').map((each) => runCase(each, target)),
    );
    expect(results).toMatchObject([{ result: 'seen' }]);
  });
});

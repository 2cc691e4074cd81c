import { CarelessService } from '../support/careless-service.js';
import { Child, ensureBuilt } from '../support/child.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const EMAIL = 'attacked@example.com';

// As operators run it: built, in a process of its own.
describe('npm run attack', () => {
  let app: TestApp;
  let careless: CarelessService;

  beforeAll(async () => {
    await ensureBuilt();
    careless = await CarelessService.start();
    app = await TestApp.start();
    await app.createAccount({ email: EMAIL, secondFactor: 'none' });
  }, 180_000);
  afterAll(async () => {
    await Child.endAll();
    careless.stop();
    await app.stop();
  });

  async function attack(args: string[], env: Record<string, string> = {}) {
    const child = new Child(['scripts/attack.mjs', ...args], { env });
    return { code: await child.exited, out: child.stdout, err: child.stderr };
  }

  it('says a line for each case, and ends with 0 when nothing was seen', async () => {
    const { code, out } = await attack([app.url, '--only', '9.1']);
    expect(out).toMatch(/^9\.1\.1 {3}ok {7}a token that was changed is none\n/);
    expect(out).toMatch(/\n\n4 ok, 0 seen, 0 skipped\n$/);
    expect(code).toBe(0);
  });

  it('says what it has seen, and ends with 1', async () => {
    const { code, out } = await attack([careless.url, '--only', '9.1.1']);
    expect(out).toMatch(
      /^9\.1\.1 {3}SEEN {5}a token that was changed is none\n {17}another subject.*: 200\n/,
    );
    expect(code).toBe(1);
  });

  it('answers with one JSON object', async () => {
    const { code, out } = await attack([careless.url, '--only', '13.3.1', '--json']);
    expect(JSON.parse(out)).toEqual({
      url: careless.url,
      ok: 0,
      seen: 1,
      skipped: 0,
      results: [
        {
          asvs: '13.3.1',
          name: 'the published keys are public parts alone',
          result: 'seen',
          seen: ['key k has d'],
        },
      ],
    });
    expect(code).toBe(1);
  });

  it('signs in where it is given an account, and says what it leaves out where it is not', async () => {
    const only = ['--only', 'gives a new token'];
    const without = await attack([app.url, ...only]);
    expect([without.code, without.out]).toEqual([
      0,
      expect.stringMatching(/7\.2\.4 {3}skipped .*\n.*--account/),
    ]);
    const withOne = await attack([app.url, '--account', EMAIL, ...only], { ATTACK_PASSWORD: PASSWORD });
    expect([withOne.code, withOne.out]).toEqual([0, expect.stringContaining('1 ok, 0 seen')]);
  });

  it.each([
    [[], /one URL has to be given/],
    [['sign-in.example.com'], /has to begin with/],
    [['http://127.0.0.1:1'], /GET \/health\/live: .*ECONNREFUSED/],
    [['http://127.0.0.1:1', '--account', EMAIL], /ATTACK_PASSWORD/],
    [['http://127.0.0.1:1', '--only', 'nonsense'], /no case has "nonsense"/],
    [['http://127.0.0.1:1', '--unknown'], /--unknown/],
  ])('ends with 2 and its help when nothing can be tried: %j', async (args, complaint) => {
    const { code, out, err } = await attack(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(complaint);
    expect(err).toContain('--intended <paths>');
  });

  it('tells how it is used', async () => {
    const { code, out } = await attack(['--help']);
    expect([code, out]).toEqual([0, expect.stringContaining('npm run attack -- <url> [options]')]);
  });
});

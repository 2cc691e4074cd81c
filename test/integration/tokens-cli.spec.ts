import { KEYS, TestCli } from '../support/test-cli.js';
import { TestClock } from '../support/test-clock.js';
import { partOf, TokensReplica } from './tokens-replica.js';

const ACTIVATION_SECONDS = 600;

describe('keys rotate', () => {
  let cli: TestCli;
  let clock: TestClock;
  let service: TokensReplica;

  beforeEach(async () => {
    cli = await TestCli.start();
    // The command goes by the real time, so the service beside it has to.
    clock = new TestClock(new Date().toISOString());
    service = await TokensReplica.start(cli.databaseUrl, clock, { COUNTERSIGN_KEYS: KEYS });
  });
  afterEach(async () => {
    await service.stop();
    await cli.stop();
  });

  const signingKid = async () => partOf(await service.sign(), 0)['kid'];

  it('announces a key that the running service signs with ten minutes later', async () => {
    const token = await service.sign();
    const rotated = await cli.json<{ kid: string; signsFrom: string; goodUntil: string }>(['keys', 'rotate']);
    expect(Object.keys(rotated)).toEqual(['kid', 'signsFrom', 'goodUntil']);
    clock.advanceSeconds(60);
    expect(await service.published()).toEqual([partOf(token, 0)['kid'], rotated.kid]);
    expect(await service.accepts(token)).toBe(true);
    expect(await signingKid()).not.toBe(rotated.kid);

    clock.advanceSeconds(Math.ceil((Date.parse(rotated.signsFrom) - clock.now().getTime()) / 1000));
    expect(await signingKid()).toBe(rotated.kid);
    expect(await service.accepts(token)).toBe(true);
  });

  it('with --compromised replaces the key at once and refuses what it signed', async () => {
    const token = await service.sign();
    const { kid } = await cli.json<{ kid: string }>(['keys', 'rotate', '--compromised']);
    clock.advanceSeconds(60);
    expect(await signingKid()).toBe(kid);
    expect(await service.accepts(token)).toBe(false);
    expect(await service.published()).toEqual([kid]);
  });

  it('says when to a person, and never anything secret', async () => {
    await service.sign();
    const { code, out, err } = await cli.run(['keys', 'rotate']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^The key [\w-]{43} is published, and signs from \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\.\n.*Z, when .*\n$/,
    );
    expect((await cli.run(['keys', 'rotate', '--compromised'])).out).toMatch(
      /^The key [\w-]{43} signs now\.\n.*\n$/,
    );
    expect(cli.said).not.toMatch(/PRIVATE|sealed|t1\./);
  });

  it('is refused when there is no key yet, and when the last rotation still waits', async () => {
    const refused = async () => {
      const { code, out, err } = await cli.run(['keys', 'rotate']);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^Nothing was rotated: /);
    };
    await refused();
    await service.sign();
    expect((await cli.run(['keys', 'rotate'])).code).toBe(0);
    await refused();
    clock.advanceSeconds(ACTIVATION_SECONDS / 2);
    expect(await service.published()).toHaveLength(2);
  });
});

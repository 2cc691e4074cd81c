import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerKeys } from '@app/server-keys';
import { sql } from '@app/database';
import { KEYS, PASSWORD, TestCli } from '../support/test-cli.js';
import { TestApp } from '../support/test-app.js';
import { Authenticator } from '../support/authenticator.js';
import { NavixyClient } from '../support/navixy-client.js';

const NEW = `t2:${Buffer.alloc(32, 8).toString('base64')}`;
const STRANGE = `t9:${Buffer.alloc(32, 9).toString('base64')}`;

describe('the key ring', () => {
  let app: TestApp;
  let cli: TestCli;
  let dataDir: string;

  beforeEach(async () => {
    app = await TestApp.start({ COUNTERSIGN_KEYS: KEYS });
    // The command line lives by the clock of the machine.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    dataDir = mkdtempSync(join(tmpdir(), 'countersign-ring-'));
    cli = await TestCli.start(app.databaseUrl);
  });
  afterEach(async () => {
    await cli.stop();
    await app.stop();
    rmSync(dataDir, { recursive: true });
  });

  const rows = async () => {
    const [count] = await app.rows<{ accounts: string; events: string; keys: string }>(sql`
      SELECT (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM audit_events) AS events,
        (SELECT count(*) FROM server_keys) AS keys`);
    return count;
  };

  it.each([
    ['another one', STRANGE, /none of the keys that this database was used with \(t1\)/],
    ['another key of the same name', STRANGE.replace('t9', 't1'), /another key of the name t1/],
    ['none, for which one is made up', '', /another key|none of the keys/],
  ])('of a command is refused when it is %s, and nothing is written', async (_, ring, sentence) => {
    const before = await rows();
    for (const command of [
      ['account', 'create', '--email', 'a@example.com', '--second-factor', 'totp', '--password-stdin'],
      ['account', 'invite', '--email', 'b@example.com'],
      ['keys', 'rotate'],
      ['keys', 'reseal'],
    ]) {
      const { code, out, err } = await cli.run(command, PASSWORD, {
        COUNTERSIGN_KEYS: ring,
        DATA_DIR: dataDir,
      });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(sentence);
    }
    expect(await rows()).toEqual(before);
  });

  it('of a service is refused when it is another', async () => {
    await expect(TestApp.start({ COUNTERSIGN_KEYS: STRANGE }, app)).rejects.toThrow(/none of the keys/);
    expect((await rows())?.keys).toBe('1');
  });

  it('changes without anybody noticing, and lets the old key leave', async () => {
    const { otpauthUri } = await cli.json<{ otpauthUri: string }>(
      ['account', 'create', '--email', 'anna@example.com', '--second-factor', 'totp', '--password-stdin'],
      PASSWORD,
    );
    const next = await TestApp.start({ COUNTERSIGN_KEYS: `${NEW},${KEYS}` }, app);
    await app.nest.get(ServerKeys).leave();
    await next.nest.get(ServerKeys).beat();
    const both = { COUNTERSIGN_KEYS: `${NEW},${KEYS}` };

    const status = await cli.run(['keys', 'ring', 'status']);
    expect(status.out).toMatch(/key t2: makes, since .*Z\n/);
    expect(status.out).toMatch(/key t1: verifies\n(?: {2}.*\n)* {2}authenticators: 1\n/);
    // The ring without the key that makes now is no ring to make anything with.
    expect((await cli.run(['keys', 'reseal'])).err).toMatch(/lacks t2/);

    const resealed = await cli.run(['keys', 'reseal'], '', both);
    expect(resealed.out).toMatch(/Authenticators: 1 sealed again\n/);
    expect((await cli.run(['keys', 'reseal'], '', both)).out).toMatch(/Authenticators: 0 sealed again\n/);
    expect((await cli.run(['keys', 'ring', 'status'])).out).toMatch(/key t1: verifies\nreplica/);

    expect((await cli.run(['keys', 'ring', 'forget', 't1'])).err).toMatch(/A running replica has the key t1/);
    await next.nest.get(ServerKeys).leave();
    expect((await cli.run(['keys', 'ring', 'forget', 't1'])).out).toBe('The key t1 is forgotten.\n');
    expect((await cli.run(['keys', 'ring', 'forget', 't1'])).err).toMatch(/No key t1 is known here/);

    const alone = await TestApp.start({ COUNTERSIGN_KEYS: NEW }, app);
    const client = new NavixyClient(alone);
    const { hash } = (await client.signIn('anna@example.com')).body;
    const { body } = await client.verify(hash, new Authenticator(alone, otpauthUri).code());
    expect(body.success).toBe(true);
    await alone.stop();
    await next.stop();
  });
});

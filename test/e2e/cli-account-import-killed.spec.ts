import { sql } from '@app/database';
import { Child, ensureBuilt } from '../support/child.js';
import { ImportFiles } from '../support/import-files.js';
import { KEYS } from '../support/test-cli.js';

const PEOPLE = 6000;
const KILLS = 10;

/** The built command line, in processes of its own, as an operator's machine may end them. */
describe('an import whose process is killed', () => {
  let people: ImportFiles;

  beforeAll(async () => {
    await ensureBuilt();
    people = await ImportFiles.start();
  }, 180_000);
  afterAll(async () => {
    await Child.endAll();
    await people.stop();
  });

  const begin = (path: string) =>
    new Child(['dist/cli.mjs', 'account', 'import', path, '--apply', '--json'], {
      env: { NODE_ENV: 'test', DATABASE_URL: people.cli.databaseUrl, COUNTERSIGN_KEYS: KEYS },
    });
  const line = async () =>
    (await people.cli.rows<{ line: number }>(sql`SELECT max(line) AS line FROM imports`))[0]?.line ?? 0;
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

  it('makes everybody once and whole, wherever it was killed', async () => {
    const crowd = Array.from({ length: PEOPLE }, (_, at) =>
      at % 3
        ? people.person()
        : people.person({
            secondFactor: 'totp',
            authenticator: `otpauth://totp/x?secret=${secret}`,
            identities: [{ provider: 'acme', issuer: 'https://id.example.com', subject: `s-${at}` }],
          }),
    );
    const path = people.lines(...crowd.slice(0, PEOPLE / 2), '{', crowd[0], ...crowd.slice(PEOPLE / 2));
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const child = begin(path);
      // Somewhere in the batches behind a place that lies further each time.
      const goal = Math.floor((PEOPLE / (KILLS + 2)) * (kill - 1 + Math.random()));
      let ended = false;
      void child.exited.then(() => (ended = true));
      while (!ended && (await line()) <= goal);
      child.kill('SIGKILL');
      await child.exited;
    }
    const last = begin(path);
    expect(await last.exited).toBe(3);
    const out = last.stdout
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each) as Record<string, unknown>);
    expect(out).toEqual([
      { line: PEOPLE / 2 + 1, what: 'refused', reason: expect.any(String) },
      { line: PEOPLE / 2 + 2, what: 'doubled', reason: 'the person of line 1' },
      expect.objectContaining({
        created: PEOPLE,
        present: 0,
        doubled: 1,
        refused: 1,
        resumedAt: expect.any(Number),
      }),
    ]);
    expect(out.at(-1)?.['resumedAt']).toBeGreaterThan(0);
    const [found] = await people.cli.rows(sql`
      SELECT (SELECT count(*)::int FROM accounts) AS accounts, (SELECT count(*)::int FROM totp_factors) AS authenticators,
        (SELECT count(*)::int FROM external_identities) AS identities,
        (SELECT count(DISTINCT external_id)::int FROM imported_accounts) AS people`);
    const factors = Math.ceil(PEOPLE / 3);
    expect(found).toEqual({ accounts: PEOPLE, people: PEOPLE, authenticators: factors, identities: factors });
  }, 300_000);
});

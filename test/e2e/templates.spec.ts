import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';
import { TestCli } from '../support/test-cli.js';

const EXAMPLE = 'docs/operations/templates-example';

describe('the templates of an operator', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-templates-'));
    await writeFile(join(folder, 'de.json'), '{\n"step.title": "Bei {sight}"}');
  });
  afterAll(() => rm(folder, { recursive: true }));

  describe('in a service', () => {
    let app: TestApp;

    beforeAll(async () => {
      app = await TestApp.start({ TEMPLATES_DIR: EXAMPLE });
    });
    afterAll(() => app?.stop());

    it.each([
      ['everybody', null, /^Your key to/],
      ['its organisation', 'acme', /^Acme: your key to/],
      ['another organisation', 'other', /^Your key to/],
    ])('say it otherwise to %s', async (_, organisation, subject) => {
      const email = `${organisation ?? 'nobody'}@example.com`;
      const { id } = await app.createAccount({ email, secondFactor: 'email' });
      await app.rows(sql`UPDATE accounts SET org_id = ${organisation} WHERE id = ${id}`);
      await new DocspaceClient(app).signIn(email);
      expect((await app.mailbox.newest(email)).subject).toMatch(subject);
    });

    it('give a page its style under its own policy', async () => {
      const page = await fetch(`${app.url}/reset-password?token=x`);
      expect(await page.text()).toMatch(/--accent: #0b6b3a;[^]*border-top/);
    });
  });

  it('keep a service from starting where something is wrong, by file and line', async () => {
    await expect(TestApp.start({ TEMPLATES_DIR: folder })).rejects.toThrow(
      'de.json:2 step.title does not know {sight}',
    );
  });

  describe('on the command line', () => {
    let cli: TestCli;

    beforeAll(async () => {
      cli = await TestCli.start();
    });
    afterAll(() => cli?.stop());

    it('are checked', async () => {
      const none = await cli.run(['template', 'check']);
      expect(none).toMatchObject({ code: 0, out: expect.stringContaining('not set') });
      const good = await cli.run(['template', 'check'], '', { TEMPLATES_DIR: EXAMPLE });
      expect(good).toEqual({ code: 0, out: '4 files, nothing wrong.\n', err: '' });
      const bad = await cli.run(['template', 'check'], '', { TEMPLATES_DIR: folder });
      expect(bad).toMatchObject({
        code: 3,
        out: 'de.json:2 step.title does not know {sight}: it may hold {site}\n',
      });
    });

    it('are shown, as an organisation sees them', async () => {
      const out = join(folder, 'out');
      const asked = ['template', 'preview', '--org', 'acme', '--out', out];
      expect(await cli.run(asked, '', { TEMPLATES_DIR: EXAMPLE })).toMatchObject({ code: 0 });
      expect(await readFile(join(out, 'sign_in_code.txt'), 'utf8')).toMatch(/^Acme: your key to/);
      const files = await readdir(out);
      expect(files).toEqual(expect.arrayContaining(['page.html', 'invitation.html', 'magic_link.sms.txt']));
    });

    it('are not shown in a language, or to an organisation, that is not there', async () => {
      const environment = { TEMPLATES_DIR: EXAMPLE };
      const language = await cli.run(['template', 'preview', '--language', 'sv'], '', environment);
      expect(language).toMatchObject({ code: 2, err: expect.stringContaining('does not speak sv') });
      const organisation = await cli.run(['template', 'preview', '--org', 'nobody'], '', environment);
      expect(organisation).toMatchObject({ code: 1, err: expect.stringContaining('no folder nobody') });
    });
  });
});

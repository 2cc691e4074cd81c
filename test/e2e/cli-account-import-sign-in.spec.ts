import { createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { generate } from 'otplib';
import { ImportFiles } from '../support/import-files.js';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { KEYS } from '../support/test-cli.js';
import { YatClient } from '../support/yat-client.js';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const base64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64');

/** What each kind of system makes of the password. */
const HASHES: [kind: string, made: () => string | Promise<string>][] = [
  ['argon2id', () => argon2(PASSWORD, { memoryCost: 1024, timeCost: 1 })],
  ['bcrypt', () => bcrypt(PASSWORD, 4)],
  [
    'scrypt',
    () =>
      `$scrypt$ln=4,r=2,p=1$${base64('salt')}$${base64(scryptSync(PASSWORD, 'salt', 32, { N: 16, r: 2, p: 1 }))}`,
  ],
  [
    'PBKDF2',
    () => `$pbkdf2-sha512$i=3$${base64('salt')}$${base64(pbkdf2Sync(PASSWORD, 'salt', 3, 64, 'sha512'))}`,
  ],
  ['Django', () => `pbkdf2_sha256$3$salt$${base64(pbkdf2Sync(PASSWORD, 'salt', 3, 32, 'sha256'))}`],
  ['ASP.NET', () => `$aspnet-identity$${base64(aspNet())}`],
  [
    'a digest',
    () =>
      `$digest-sha256$o=salt-password$${base64('salt')}$${base64(createHash('sha256').update(`salt${PASSWORD}`).digest())}`,
  ],
  [
    'a keyed digest',
    () =>
      `$hmac-sha1$o=password-salt$${base64('key')}$${base64('salt')}$${base64(createHmac('sha1', 'key').update(`${PASSWORD}salt`).digest())}`,
  ],
];

function aspNet(): Buffer {
  const salt = Buffer.alloc(16, 1);
  return Buffer.concat([Buffer.from([0]), salt, pbkdf2Sync(PASSWORD, salt, 1000, 32, 'sha1')]);
}

describe('whoever was brought along', () => {
  let app: TestApp;
  let people: ImportFiles;

  beforeAll(async () => {
    app = await TestApp.start({ COUNTERSIGN_KEYS: KEYS, limits: 'off' });
    // The command line lives by the clock of the machine.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    people = await ImportFiles.start(app.databaseUrl);
  });
  afterAll(async () => {
    await people.stop();
    await app.stop();
  });

  it.each(HASHES)('signs in with the password that they had: %s', async (_, made) => {
    const { email, externalId } = people.person();
    const person = { externalId, email, emailVerified: true, passwordHash: await made() };
    expect(await people.apply(people.lines(person))).toMatchObject({ code: 0, summary: { created: 1 } });
    const yat = new YatClient(app);
    expect((await yat.signIn(email, 'wrong horse battery')).status).not.toBe(200);
    expect((await yat.signIn(email, PASSWORD)).status).toBe(200);
  });

  it('is asked for the code of the app that they had, which is good once, and takes no step that was used', async () => {
    const epoch = Math.floor(app.clock.now().getTime() / 1000);
    const person = people.person({
      passwordHash: await bcrypt(PASSWORD, 4),
      secondFactor: 'totp',
      authenticator: `otpauth://totp/Old:anna?secret=${SECRET}&issuer=Old`,
    });
    const late = people.person({
      ...person,
      externalId: 'late',
      email: 'late@example.com',
      authenticatorStep: Math.floor(epoch / 30) + 1,
    });
    await people.apply(people.lines(person, late));
    const client = new NavixyClient(app);
    const code = await generate({ secret: SECRET, epoch });
    const first = await client.signIn(person.email, PASSWORD);
    expect((await client.verify(first.body.hash, code)).body).toMatchObject({ success: true });
    for (const email of [person.email, late.email]) {
      const { body } = await client.signIn(email, PASSWORD);
      expect((await client.verify(body.hash, code)).body).toMatchObject({ success: false });
    }
  });

  it('has a backup code that they had, once', async () => {
    const person = people.person({
      passwordHash: await bcrypt(PASSWORD, 4),
      secondFactor: 'totp',
      authenticator: `otpauth://totp/x?secret=${SECRET}`,
      backupCodes: [{ code: 'abcd efgh' }, { code: 'jkmn pqrs', usedAt: '2024-01-01T00:00:00Z' }],
    });
    await people.apply(people.lines(person));
    const yat = new YatClient(app);
    const enter = async (code: string) => {
      const { body } = await yat.signIn(person.email, PASSWORD);
      return (await yat.confirm(body.refresh_token, code)).status;
    };
    expect(await enter('JKMN-PQRS')).not.toBe(200);
    expect(await enter('ABCD-EFGH')).toBe(200);
    expect(await enter('ABCD-EFGH')).not.toBe(200);
  });

  it('is as somebody whom nobody has proven, where the mailbox was not verified', async () => {
    const person = people.person({ emailVerified: false, passwordHash: await bcrypt(PASSWORD, 4) });
    await people.apply(people.lines(person));
    expect((await new NavixyClient(app).signIn(person.email, PASSWORD)).body).toMatchObject({
      success: false,
    });
    expect((await new YatClient(app).signIn(person.email, PASSWORD)).status).toBe(200);
  });

  it('signs in after the example of the document was pasted', async () => {
    const document = readFileSync('docs/operations/import.md', 'utf8');
    const example = /<<'END'\n(.*?)END\n/s.exec(document)?.[1] ?? '';
    const path = people.write(example);
    expect(await people.look(path)).toMatchObject({ code: 0, summary: { created: 2 } });
    expect(await people.apply(path)).toMatchObject({ code: 0, summary: { created: 2 } });
    expect((await new YatClient(app).signIn('anna@example.com', PASSWORD)).status).toBe(200);
  });
});

import { sql } from '@app/database';
import { BCRYPT, ImportFiles } from '../support/import-files.js';

describe('account import', () => {
  let people: ImportFiles;

  beforeAll(async () => {
    people = await ImportFiles.start();
  });
  afterAll(() => people.stop());

  it('looks at the file first and changes nothing', async () => {
    const before = await people.count();
    const path = people.lines(people.person(), people.person());
    expect(await people.look(path)).toMatchObject({
      code: 0,
      findings: [],
      summary: { created: 2, present: 0, doubled: 0, refused: 0 },
    });
    expect(await people.count()).toBe(before);
  });

  it('makes each account with its hash as it is, and a second time none', async () => {
    const [anna, berta] = [
      people.person({ username: 'Anna.I', orgId: 'acme', language: 'pt-br' }),
      people.person(),
    ];
    const path = people.lines(anna, berta);
    expect(await people.apply(path)).toMatchObject({ code: 0, summary: { created: 2, present: 0 } });
    expect(await people.account(anna.externalId)).toMatchObject({
      email: anna.email,
      username: 'anna.i',
      password_hash: BCRYPT,
      org_id: 'acme',
      language: 'pt-BR',
      second_factor: 'none',
      activated_at: expect.any(Date),
    });
    const before = await people.count();
    expect(await people.apply(path)).toMatchObject({
      code: 0,
      findings: [],
      summary: { created: 0, present: 2 },
    });
    expect(await people.count()).toBe(before);
  });

  const KEY = { kind: 'Fido2', credentialId: 'a-passkey', publicKey: 'pQECAyYgASFY' };

  it('brings all that a person has, or nothing of it', async () => {
    const createdAt = '2020-02-03T04:05:06.000Z';
    const whole = people.person({
      uuid: '6f1c1a4e-55c1-4f0e-9d5b-0a3f0f6f1234',
      phone: '+44 20 7946 0958',
      phoneVerified: true,
      firstName: 'Ada',
      lastName: 'Lovelace',
      secondFactor: 'totp',
      authenticator: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      authenticatorStep: 5,
      backupCodes: [{ code: 'abcd-efgh' }, { code: 'jkmnpq', usedAt: createdAt }],
      credentials: [{ ...KEY, name: 'phone', signCount: 7, transports: ['internal'] }],
      identities: [{ provider: 'acme', issuer: 'https://id.example.com', subject: 's-1' }],
      orgId: 'acme',
      tenantId: 'west',
      createdAt,
      disabledAt: createdAt,
    });
    expect(await people.apply(people.lines(whole))).toMatchObject({ code: 0, summary: { created: 1 } });
    const account = await people.account(whole.externalId);
    const at = new Date(createdAt);
    expect(account).toMatchObject({
      ...{
        uuid: whole.uuid,
        phone: '+442079460958',
        phone_signs_in: true,
        first_name: 'Ada',
        last_name: 'Lovelace',
      },
      ...{ org_id: 'acme', tenant_id: 'west', created_at: at, activated_at: at, disabled_at: at },
      second_factor: 'totp',
    });
    const id = account?.['id'] as string;
    const children = await people.cli.rows<Record<string, unknown>>(sql`
      SELECT t.last_step, t.secret_sealed, c.transports, c.sign_count, c.name, i.subject,
        (SELECT count(*)::int FROM backup_codes b WHERE b.account_id = ${id}) AS codes,
        (SELECT count(*)::int FROM backup_codes b WHERE b.account_id = ${id} AND b.used_at IS NULL) AS unused
      FROM totp_factors t JOIN credentials c USING (account_id) JOIN external_identities i USING (account_id) WHERE t.account_id = ${id}`);
    expect(children).toEqual([
      expect.objectContaining({
        ...{ last_step: '5', transports: ['internal'], sign_count: '7', name: 'phone', subject: 's-1' },
        ...{ codes: 2, unused: 1 },
      }),
    ]);
    expect(children[0]?.['secret_sealed']).not.toContain('JBSWY3DP');

    const before = await people.count();
    const second = people.person({ credentials: [KEY] });
    const third = people.person({ identities: whole.identities });
    expect(await people.apply(people.lines(second, third))).toMatchObject({
      code: 3,
      findings: [
        { line: 1, what: 'refused', reason: 'another account has one of these credentials' },
        { line: 2, what: 'refused', reason: 'another account has one of these identities' },
      ],
    });
    expect(await people.count()).toBe(before);
  });

  it('says of each line why nobody is made of it, alike in the look and in the deed', async () => {
    const [here, once] = [people.person({ username: 'taken' }), people.person()];
    await people.apply(people.lines(here));
    const lines: [line: object, what: string, reason: RegExp][] = [
      [people.person({ username: 'TAKEN' }), 'refused', /^another account has this username$/],
      [people.person({ email: here.email.toUpperCase() }), 'refused', /^another account has this email$/],
      [{ ...once, email: 'second@example.com' }, 'doubled', /^the person of line 8$/],
      [people.person({ email: once.email }), 'refused', /^another account has this email$/],
      [
        people.person({ passwordHash: '$pbkdf2-sha256$i=2147483648$AAAA$AAAAAAAAAAAAAAAAAAAAAA==' }),
        'refused',
        /iterations/,
      ],
      [people.person({ pasword: 'x' }), 'refused', /^there are fields of no meaning: pasword$/],
      [{ email: 'nobody@example.com', emailVerified: true }, 'refused', /externalId or a uuid/],
      [people.person({ emailVerified: undefined }), 'refused', /^emailVerified has to be true or false/],
      [people.person({ email: 'x' }), 'refused', /^email is no address$/],
      [people.person({ username: 'a@b' }), 'refused', /^username has to have no @/],
      [
        people.person({ phone: '12', phoneVerified: true }),
        'refused',
        /^phone has to be a number with its country code$/,
      ],
      [people.person({ language: 'english' }), 'refused', /^language has to be a language tag/],
      [people.person({ secondFactor: 'sms' }), 'refused', /^the second factor sms needs a phone number$/],
      [people.person({ secondFactor: 'totp' }), 'refused', /^the second factor totp needs an authenticator$/],
      [
        people.person({ secondFactor: 'totp', authenticator: 'otpauth://totp/x?secret=ABCD' }),
        'refused',
        /16 to 64 bytes/,
      ],
      [
        people.person({
          secondFactor: 'totp',
          authenticator: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=8',
        }),
        'refused',
        /six digits/,
      ],
      [people.person({ backupCodes: [{ code: '123456' }] }), 'refused', /^backupCodes: a code has to be/],
      [people.person({ backupCodes: [{ hash: 'a'.repeat(43) }] }), 'refused', /no id$/],
      [
        people.person({ createdAt: '2999-01-01T00:00:00Z' }),
        'refused',
        /^createdAt has to be after 1970 and not to come$/,
      ],
      [people.person({ createdAt: 'yesterday' }), 'refused', /^createdAt: /],
      [people.person({ firstName: 'a\0b' }), 'refused', /^firstName: /],
      [people.person({ firstName: 'a\ud800b' }), 'refused', /^firstName: /],
      [people.person({ id: '9223372036854775807' }), 'refused', /^id: a number of that size/],
      [people.person({ email: null, emailVerified: null }), 'refused', /an email, a username or a phone/],
      [
        people.person({ credentials: [{ ...KEY, publicKey: 'no key!' }] }),
        'refused',
        /^credentials: publicKey/,
      ],
    ];
    const values = lines.map(([value]) => value);
    const path = people.lines(
      people.person(),
      people.person(),
      people.person(),
      people.person(),
      people.person(),
      people.person(),
      people.person(),
      once,
      ...values,
    );
    const expected = lines.map(([, what, reason], at) => ({
      ...{ line: at + 9, what },
      reason: expect.stringMatching(reason),
    }));
    const looked = await people.look(path);
    expect(looked.findings).toEqual(expected);
    expect(looked.summary).toMatchObject({ created: 8, present: 0, doubled: 1, refused: lines.length - 1 });
    const done = await people.apply(path);
    expect(done.findings).toEqual(expected);
    expect(done.summary).toMatchObject({ created: 8, present: 0, doubled: 1, refused: lines.length - 1 });
    expect(people.cli.said).not.toContain('2147483648');
  });

  it('knows a person of an earlier batch, and a mailbox in both of its spellings', async () => {
    const first = people.person({ email: 'liv@bücher.example' });
    const many = Array.from({ length: 600 }, () => people.person());
    const [again, other] = [
      { ...first, username: 'again' },
      people.person({ email: 'LIV@xn--bcher-kva.example' }),
    ];
    const path = people.lines(first, ...many, again, other);
    for (const options of [[], ['--apply']])
      expect(await people.look(path, ...options)).toMatchObject({
        findings: [
          { line: 602, what: 'doubled', reason: 'the person of line 1' },
          { line: 603, what: 'refused', reason: 'another account has this email' },
        ],
        summary: { created: 601, present: 0, doubled: 1, refused: 1 },
      });
  });

  it('takes nobody in the place of a registration that was proven, and makes room where it was not', async () => {
    const at = new Date('2024-01-01').toISOString();
    const names = ['proven', 'unproven', 'never'].map((name) => `${name}@example.com`);
    for (const [place, name] of names.entries())
      await people.cli.rows(sql`
        INSERT INTO accounts (id, email, activated_at, created_at, updated_at)
        VALUES (${String(900 + place)}, ${name}, ${place === 0 ? at : null}, ${at}, ${at})`);
    const path = people.lines(
      people.person({ email: names[0] }),
      people.person({ email: names[1] }),
      people.person({ email: names[2], emailVerified: false }),
    );
    for (const options of [[], ['--apply']])
      expect(await people.look(path, ...options)).toMatchObject({
        findings: [
          { line: 1, reason: 'another account has this email' },
          { line: 3, reason: 'another account has this email' },
        ],
        summary: { created: 1 },
      });
    expect(
      await people.cli.rows(sql`SELECT id FROM accounts WHERE id IN (900, 901, 902) ORDER BY id`),
    ).toEqual([{ id: '900' }, { id: '902' }]);
  });

  it('makes everybody once, however many go on with one file', async () => {
    const crowd = Array.from({ length: 1200 }, () => people.person());
    const path = people.lines(...crowd);
    const racers = await Promise.all([people.apply(path), people.apply(path)]);
    // Of two at once one may lose its turn, and says so.
    for (const { code, err } of racers)
      if (code) expect(err).toMatch(/Another process goes on with this file/);
    await people.apply(path);
    const ids = crowd.map(({ externalId }) => externalId);
    const made = await people.cli.rows<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM imported_accounts WHERE external_id = ANY(${ids}::text[])`);
    expect(made).toEqual([{ n: 1200 }]);
  });
});

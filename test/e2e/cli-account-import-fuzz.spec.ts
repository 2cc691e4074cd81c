import * as fc from 'fast-check';
import { PATTERNS } from '../support/hostile-texts.js';
import { ImportFiles } from '../support/import-files.js';

const FIELDS = [
  ...[
    'id',
    'uuid',
    'externalId',
    'username',
    'email',
    'emailVerified',
    'phone',
    'phoneVerified',
    'firstName',
  ],
  ...['lastName', 'passwordHash', 'passwordChangedAt', 'secondFactor', 'authenticator', 'authenticatorStep'],
  ...['backupCodes', 'credentials', 'identities', 'orgId', 'tenantId', 'language', 'createdAt', 'invitedAt'],
  ...['activatedAt', 'disabledAt', '__proto__', 'constructor', 'toString'],
];
const FORMATS = ['countersign', 'keycloak', 'firebase', 'auth0', 'supabase', 'kratos'];

const hostile = Object.values(PATTERNS).flatMap(({ head = '', piece, tail = '' }) =>
  [1, 300].map((times) => `${head}${piece.repeat(times)}${tail}`),
);
const value = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '0000-01-01T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '$argon2id$',
    2 ** 53,
    -1,
    Number.MAX_VALUE,
  ),
);

describe('whatever stands in a file of people', () => {
  let people: ImportFiles;

  beforeAll(async () => {
    people = await ImportFiles.start();
  });
  afterAll(() => people.stop());

  it('is taken over or refused with a reason, line by line, and stops no import', async () => {
    const lines = fc.sample(fc.tuple(fc.constantFrom(...FIELDS), value, fc.boolean()), 3000);
    const crowd = lines.map(([field, given, alone]) =>
      // Not by a literal, in which `__proto__` is no field.
      Object.fromEntries([...(alone ? [] : Object.entries(people.person())), [field, given]]),
    );
    const { code, err, findings, summary } = await people.apply(people.lines(...crowd));
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(findings.every(({ reason }) => reason.length > 0 && reason.length <= 400)).toBe(true);
    const { created, present, doubled, refused } = summary;
    expect(created + present + doubled + refused).toBe(3000);
    expect(created).toBeGreaterThan(0);
    expect(await people.count()).toBe(created);
  });

  it.each(FORMATS)('is so in the form of %s, too', async (format) => {
    const known = [
      'id',
      'localId',
      'user_id',
      'traits',
      'credentials',
      'identities',
      'users',
      'created_at',
      'createdAt',
    ];
    const records = fc.sample(
      fc.dictionary(fc.constantFrom(...known, ...FIELDS), value, { maxKeys: 6 }),
      500,
    );
    const path = people.write(JSON.stringify(records));
    const { code, err, summary } = await people.apply(path, '--format', format);
    expect({ err, isDone: code === 0 || code === 3 }).toEqual({ err: '', isDone: true });
    expect(summary.created + summary.present + summary.doubled + summary.refused).toBe(500);
  });
});

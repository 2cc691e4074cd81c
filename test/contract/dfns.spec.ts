import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME } from '../support/dfns-people.js';
import { isPublishedRequest, isPublishedResponse, PUBLISHED_PATH } from '../support/published-dfns.js';
import { TestApp } from '../support/test-app.js';

const ERROR = {
  type: 'object',
  additionalProperties: false,
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'status', 'message', 'details'],
      properties: {
        id: { type: 'string' },
        status: { type: 'integer' },
        message: { type: 'string' },
        details: { type: 'object' },
      },
    },
  },
};

describe('the published description of POST /auth/recover/user/code', () => {
  let app: TestApp;
  let client: DfnsClient;
  const error = new Ajv().compile(ERROR);

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    await app.createAccount({ email: 'ada@example.com' });
  });
  afterAll(() => app.stop());

  async function agree(body: unknown): Promise<void> {
    const answer = await client.post(PUBLISHED_PATH, body);
    if (isPublishedRequest(body)) {
      expect([body, answer.status, isPublishedResponse(answer.body)]).toEqual([body, 200, true]);
    } else {
      expect([body, answer.status, error(answer.body)]).toEqual([body, 400, true]);
      expect(answer.body.error?.status).toBe(400);
    }
  }

  it.each([
    [{ username: 'ada@example.com' }],
    [{ username: 'ada@example.com', orgId: 'or-30tnh-itmjs-s235s5ontr3r23h2' }],
    [{ username: 'ada@example.com', tenantId: 'acct-24hka-dhili-9hgvdlvr1ohpibp4' }],
    [{ username: ' ' }],
    [{}],
    [{ username: '' }],
    [{ username: 'ada@example.com', orgId: 'or-30tnh-itmjs-s235s5ontr3r23h2x' }],
    [{ username: 'ada@example.com', extra: true }],
    [[]],
  ])('says of %j what the service does', agree);

  it('agrees with the service about any body', async () => {
    const part = (lengths: fc.IntegerConstraints) =>
      fc
        .integer(lengths)
        .chain((length) =>
          fc.string({ unit: fc.constantFrom(...'abz019AZ-_'), minLength: length, maxLength: length }),
        );
    const id = (prefix: string) =>
      fc
        .tuple(
          fc.constantFrom(prefix, 'or', 'x'),
          part({ min: 4, max: 6 }),
          part({ min: 5, max: 5 }),
          part({ min: 13, max: 17 }),
        )
        .map((parts) => parts.join('-'));
    const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string());
    const body = fc.oneof(
      fc.record(
        {
          username: fc.oneof(fc.string(), anything),
          orgId: fc.oneof(id('or'), anything),
          tenantId: fc.oneof(id('acct'), anything),
          org_id: anything,
        },
        { requiredKeys: [] },
      ),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    );
    const storable = (value: unknown) => !JSON.stringify(value).includes('\\u0000');
    await fc.assert(fc.asyncProperty(body.filter(storable), agree), { numRuns: 300 });
  });
});

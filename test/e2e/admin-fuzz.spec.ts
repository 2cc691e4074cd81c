import * as fc from 'fast-check';
import { SERVICE_SCOPES, type ServiceScope } from '@app/service-keys';
import { fuzz } from '../support/fuzz.js';
import { openApi } from '../support/openapi.js';
import { TestApp } from '../support/test-app.js';

const RUNS = 1000;

interface Operation {
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
}
const { paths, components } = openApi<{
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: object }> };
}>('openapi.admin.json');

/** By what they are about: the accounts as a whole, one of them, and the rest. */
const groups = Object.entries({
  '/admin/accounts': (path: string) => path === '/admin/accounts',
  '/admin/accounts/{account}': (path: string) => path === '/admin/accounts/{account}',
  'what is below an account': (path: string) => path.startsWith('/admin/accounts/{account}/'),
  'everything else': (path: string) => !path.startsWith('/admin/accounts'),
});

const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '9'.repeat(18),
    '9'.repeat(19),
    '1e9',
    '٣',
    '\u0000',
    '\ud800',
    '%',
    "' OR 1=1 --",
  ),
  fc.uuid(),
);
const value = fc.oneof(
  { weight: 3, arbitrary: odd },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, 0, [], {}, ['x'], 1e308) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'a@example.com',
      '+4915112345678',
      'none',
      'totp',
      'de',
      'correct horse battery',
    ),
  },
);

describe('anything at all, sent by a program of the operator to', () => {
  let app: TestApp;
  let key: string;
  let known: string[];

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    key = await app.serviceKey({ scopes: Object.keys(SERVICE_SCOPES) as ServiceScope[] });
    const { id, uuid } = await app.given.person();
    known = [id, uuid];
  });
  afterAll(() => app.stop());

  it.each(groups)(
    '%s is answered',
    async (_, belongs) => {
      const calls = Object.entries(paths)
        .filter(([path]) => belongs(path))
        .flatMap(([path, methods]) =>
          Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
        );
      expect(calls.length).toBeGreaterThan(0);
      const requests = fc.constantFrom(...calls).chain(({ path, method, operation }) => {
        const { parameters = [], requestBody } = operation;
        const ref =
          Object.values(requestBody?.content ?? {})[0]
            ?.schema.$ref.split('/')
            .at(-1) ?? '';
        const fields = Object.keys(components.schemas[ref]?.properties ?? {});
        const queries = parameters.filter((each) => each.in === 'query').map(({ name }) => name);
        const some = (names: string[], of: fc.Arbitrary<unknown>) =>
          fc.dictionary(fc.constantFrom('x', ...names), of, { maxKeys: Math.max(1, names.length) });
        return fc.record({
          method: fc.constant(method.toUpperCase()),
          path: fc
            .array(
              fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: odd }),
              { minLength: 2, maxLength: 2 },
            )
            .map((names) =>
              path.replace(/\{\w+\}/g, () => encodeURIComponent((names.pop() ?? '').toWellFormed()) || '0'),
            ),
          query: some(queries, odd),
          body: fc.oneof(
            { weight: 4, arbitrary: some(fields, value).map((body) => JSON.stringify(body)) },
            { weight: 1, arbitrary: fc.oneof(fc.json(), fc.string({ unit: 'binary', maxLength: 60 })) },
          ),
          type: fc.constantFrom(
            'application/json',
            'application/json',
            'application/merge-patch+json',
            'text/plain',
            '',
          ),
          ifMatch: fc.constantFrom(undefined, undefined, '*', '"0.0"', 'x, "1.1"'),
        });
      });
      const statuses = new Set<number>();
      await fuzz(requests, RUNS, async ({ method, path, query, body, type, ifMatch }) => {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, text]): [string, string] => [name, String(text).toWellFormed()]),
        );
        const answer = await fetch(`${app.url}${path}?${search}`, {
          method,
          headers: {
            Authorization: `Bearer ${key}`,
            ...(type && { 'Content-Type': type }),
            ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
          },
          ...(method !== 'GET' && { body: body.toWellFormed() }),
        });
        const text = await answer.text();
        statuses.add(answer.status);
        expect(answer.status).toBeLessThan(500);
        expect(answer.status).not.toBe(401);
        if (answer.status >= 400) {
          expect(answer.headers.get('content-type')).toContain('application/problem+json');
          expect(JSON.parse(text)).toMatchObject({
            type: expect.stringMatching(/^urn:countersign:problem:/),
            status: answer.status,
          });
        }
      });
      // What was asked was read, and not only turned away.
      expect([...statuses].some((status) => status < 300)).toBe(true);
    },
    180_000,
  );
});

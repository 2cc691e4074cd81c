import { SERVICE_SCOPES, type ServiceScope } from '@app/service-keys';
import { sql } from '@app/database';
import { openApi } from '../support/openapi.js';
import { TestApp } from '../support/test-app.js';

const { paths } = openApi<{ paths: Record<string, Record<string, { 'x-required-scope': ServiceScope }>> }>(
  'openapi.admin.json',
);
const calls = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    // Of nobody: what is asked here changes nothing.
    path: path.replace(/\{\w+\}/g, '123456789012345678'),
    scope: operation['x-required-scope'],
  })),
);
const ALL = Object.keys(SERVICE_SCOPES) as ServiceScope[];
type Call = (typeof calls)[number];

describe('a call of the administration', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  const ask = async ({ method, path }: Call, authorization?: string, query = '') => {
    const headers = authorization === undefined ? undefined : { Authorization: authorization };
    const answer = await fetch(`${app.url}${path}${query}`, { method, ...(headers && { headers }) });
    const body = answer.status === 204 ? {} : ((await answer.json()) as { type?: string; detail?: string });
    const challenge = answer.headers.get('www-authenticate');
    return { status: answer.status, kind: body.type?.split(':').at(-1), detail: body.detail, challenge };
  };
  const keyOf = (...scopes: ServiceScope[]) => app.serviceKey({ scopes });
  const expectRefused = (
    answer: Awaited<ReturnType<typeof ask>>,
    [status, kind, error]: [number, string, string],
  ) => expect(answer).toMatchObject({ status, kind, challenge: `Bearer realm="countersign"${error}` });
  const INVALID: [number, string, string] = [401, 'session_not_found', ', error="invalid_token"'];

  it('is one of all that there are', () => {
    expect(calls.length).toBeGreaterThanOrEqual(19);
    expect(new Set(calls.map(({ scope }) => scope)).size).toBe(ALL.length - 2);
  });

  describe.each(calls.map((call) => [call.name, call] as const))('%s', (_, call) => {
    it('takes a key of its scope, and is answered with more than that', async () => {
      const { status } = await ask(call, `Bearer ${await keyOf(call.scope)}`);
      expect([401, 403]).not.toContain(status);
      expect(status).toBeLessThan(500);
    });

    it('takes no key that is good for everything else', async () => {
      const others = ALL.filter((scope) => scope !== call.scope);
      const answer = await ask(call, `Bearer ${await keyOf(...others)}`);
      expectRefused(answer, [403, 'not_permitted', ', error="insufficient_scope"']);
    });

    it('asks for a key where there is none', async () => {
      expectRefused(await ask(call), [401, 'credential_malformed', '']);
    });

    it('takes no key that nobody has made', async () => {
      expectRefused(await ask(call, `Bearer csk_${'A'.repeat(43)}`), INVALID);
    });

    it('takes a key to its last second, and not after it', async () => {
      const key = await app.serviceKey({ scopes: [call.scope], lifeSeconds: 60 });
      app.clock.advanceSeconds(59);
      expect((await ask(call, `Bearer ${key}`)).status).not.toBe(401);
      app.clock.advanceSeconds(1);
      expectRefused(await ask(call, `Bearer ${key}`), INVALID);
    });

    it('takes no key that was revoked', async () => {
      const key = await keyOf(call.scope);
      await app.rows(sql`UPDATE service_keys SET revoked_at = ${app.clock.now()} WHERE revoked_at IS NULL`);
      expectRefused(await ask(call, `Bearer ${key}`), INVALID);
    });

    it('takes a key in one way alone: not as Basic, and in an address never', async () => {
      const key = await keyOf(call.scope);
      const basic = Buffer.from(`x:${key}`).toString('base64');
      expectRefused(await ask(call, `Basic ${basic}`), [401, 'credential_malformed', '']);
      const inAddress = await ask(call, undefined, `?access_token=${key}`);
      expect(inAddress).toMatchObject({ status: 400, kind: 'malformed_request' });
      expect(inAddress.detail).toContain('Authorization: Bearer');
      expect(await ask(call, `Bearer ${key}`, `?key=${key}`)).toMatchObject({ status: 400 });
    });
  });

  it('leaves no key in the audit log, whatever way it came', async () => {
    const rows = await app.rows<{ found: string }>(sql`
      SELECT count(*) AS found FROM audit_events e WHERE e::text LIKE '%csk\\_%'`);
    expect(rows).toEqual([{ found: '0' }]);
  });

  it('is counted: the one above the limit waits, whatever key it has', async () => {
    const limited = await TestApp.start({ ADMIN_REQUESTS_PER_MINUTE_LIMIT: '3' });
    try {
      const key = await limited.serviceKey({ scopes: ['statistics:read'] });
      const statuses: number[] = [];
      for (const authorization of [key, key, 'x', key]) {
        const headers = { Authorization: `Bearer ${authorization}` };
        statuses.push((await fetch(`${limited.url}/admin/statistics`, { headers })).status);
      }
      expect(statuses).toEqual([200, 200, 401, 429]);
    } finally {
      await limited.stop();
    }
  });
});

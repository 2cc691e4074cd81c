import { sql } from '@app/database';
import { AdminClient } from '../support/admin-client.js';
import { AT_HOME } from '../support/dfns-people.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

interface Page {
  events: { id: string; event: string; outcome: string }[];
  cursor: string;
  more: boolean;
}

describe('what programs of an operator read', () => {
  let app: TestApp;
  let admin: AdminClient;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
    admin = await AdminClient.of(
      app,
      ...(['attempts:read', 'audit:read', 'recoveries:read', 'recoveries:write', 'statistics:read'] as const),
    );
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const { id, email } = await app.given.person({ factor: 'email' });
    const navixy = new NavixyClient(app);
    const { hash, code } = await navixy.pending(email);
    await navixy.verify(hash, code);
    return { id, email, code };
  }

  it('is what happened at an account, with a sentence for each', async () => {
    const { id, email, code } = await signedIn();
    const { status, body } = await admin.send<{ entries: { sentence: string }[]; cursor?: string }>(
      'GET',
      `/accounts/${id}/timeline?limit=100`,
    );
    expect(status).toBe(200);
    expect(body.entries.every(({ sentence }) => sentence.length > 10)).toBe(true);
    for (const secret of [email, code]) expect(JSON.stringify(body)).not.toContain(secret);
    const short = await admin.send<typeof body>('GET', `/accounts/${id}/timeline?limit=1`);
    const next = await admin.send<typeof body>(
      'GET',
      `/accounts/${id}/timeline?limit=1&cursor=${short.body.cursor}`,
    );
    expect(next.body.entries).toHaveLength(1);
    expect(next.body.entries).not.toEqual(short.body.entries);
    expect((await admin.send('GET', `/accounts/${id}/timeline?cursor=x`)).status).toBe(400);
  });

  it('is what became of an attempt, found by its id or by what stands in the mail', async () => {
    const { id } = await signedIn();
    const [row] = await app.rows<{ attempt: string; reference: string }>(sql`
      SELECT a.id::text AS attempt, m.reference FROM attempts a JOIN messages m ON m.attempt_id = a.id WHERE a.account_id = ${id}::bigint`);
    for (const reference of [row?.attempt, row?.reference, row?.reference.toLowerCase()]) {
      const { status, body } = await admin.send<{ attempts: { id: string; status: string }[] }>(
        'GET',
        `/attempts/${reference}`,
      );
      expect([status, body.attempts[0]?.id, body.attempts[0]?.status]).toEqual([
        200,
        row?.attempt,
        'consumed',
      ]);
    }
    for (const reference of ['123456789012345678', 'x', '%00', 'anna@example.com', '9'.repeat(40)])
      expect([reference, (await admin.send('GET', `/attempts/${reference}`)).status]).toEqual([
        reference,
        404,
      ]);
  });

  it('is the audit log, each record once and in order, however it is cut into pages', async () => {
    await signedIn();
    app.clock.advanceSeconds(61);
    const whole = (await admin.send<Page>('GET', '/audit?limit=1000')).body;
    expect(whole.more).toBe(false);
    const ids: string[] = [];
    let cursor = '0';
    for (let more = true; more;) {
      const { body } = await admin.send<Page>('GET', `/audit?limit=3&cursor=${cursor}`);
      ids.push(...body.events.map(({ id }) => id));
      [cursor, more] = [body.cursor, body.more];
    }
    expect(ids).toEqual(whole.events.map(({ id }) => id));
    expect(whole.events.map(({ event }) => event)).toContain('code.verify');
    // What comes later is behind the cursor.
    expect((await admin.send<Page>('GET', `/audit?cursor=${cursor}`)).body.events).toEqual([]);
    const { id } = await signedIn();
    app.clock.advanceSeconds(61);
    const later = (await admin.send<Page>('GET', `/audit?cursor=${cursor}&account=${id}&event=code`)).body;
    expect(later.events.map(({ event }) => event)).toContain('code.verify');
    expect(later.events.every(({ event }) => event.startsWith('code'))).toBe(true);
  });

  it('is no record of the last minute, to which others may still come', async () => {
    const { id } = await signedIn();
    expect((await admin.send<Page>('GET', `/audit?account=${id}`)).body.events).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'cursor=x',
    'cursor=9223372036854775808',
    'since=yesterday',
    'account=anna',
    'event=%00',
  ])('is refused for %s', async (query) => {
    expect((await admin.send('GET', `/audit?${query}`)).status).toBe(400);
  });

  it('is which recoveries wait, and they are stopped once', async () => {
    const { id } = await app.given.person();
    await app.rows(sql`
      INSERT INTO pending_recoveries (id, account_id, protocol, credentials, created_at, due_at)
      VALUES (${id}::bigint, ${id}::bigint, 'dfns', '[]', ${app.clock.now()}, ${new Date(app.clock.now().getTime() + 86_400_000)})`);
    const { body } = await admin.send<{ recoveries: object[] }>('GET', '/recoveries');
    expect(body.recoveries).toEqual([expect.objectContaining({ id, accountId: id, protocol: 'dfns' })]);
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await admin.send('DELETE', `/accounts/${id}/recovery`)).status),
    );
    expect(statuses.sort()).toEqual([204, 404, 404]);
    expect((await admin.send<typeof body>('GET', '/recoveries')).body.recoveries).toEqual([]);
  });

  it('is the last day in numbers', async () => {
    await signedIn();
    const { body } = await admin.send<{ hours: { signIns: Record<string, number> }[] }>('GET', '/statistics');
    expect(body.hours).toHaveLength(24);
    expect(body.hours.at(-1)?.signIns['navixy']).toBeGreaterThan(0);
  });

  it('is recorded where it concerns people, and the reading of the log is not', async () => {
    const rows = await app.rows<{ event: string }>(sql`
      SELECT DISTINCT event FROM audit_events WHERE protocol = 'admin' AND event LIKE 'admin.read%' ORDER BY 1`);
    expect(rows.map(({ event }) => event)).toEqual([
      ...['admin.read attempt', 'admin.read recoveries', 'admin.read timeline'],
    ]);
  });

  it('is read in documents of its own, each with its explorer', async () => {
    for (const [path, own, foreign] of [
      ['/openapi.admin.json', '/admin/accounts', '/introspect'],
      ['/openapi.json', '/introspect', '/admin/accounts'],
    ] as const) {
      const { paths } = (await (await fetch(`${app.url}${path}`)).json()) as { paths: object };
      expect([own in paths, foreign in paths]).toEqual([true, false]);
    }
    for (const [path, title] of [
      ['/docs/admin/swagger-ui-init.js', '/admin/accounts'],
      ['/docs/swagger-ui-init.js', '/introspect'],
    ] as const)
      expect(await (await fetch(`${app.url}${path}`)).text()).toContain(`"${title}"`);
    for (const path of ['/docs', '/docs/admin', '/docs/swagger-ui.css', '/docs/admin/swagger-ui.css'])
      expect([path, (await fetch(`${app.url}${path}`)).status]).toEqual([path, 200]);
  });
});

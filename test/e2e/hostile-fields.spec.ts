import { Credentials } from '../support/credentials.js';
import { AT_HOME } from '../support/dfns-people.js';
import { documentedCalls, type DocumentedCall } from '../support/documented-calls.js';
import { complaintsAbout, type Probe } from '../support/hold-judge.js';
import { probesOfAcceptedTexts, probesOfBody, probesOfParts, type Door } from '../support/hostile-bodies.js';
import { probesOfForm, probesOfHeaders, probesOfPath, probesOfQuery } from '../support/hostile-heads.js';
import { TestApp } from '../support/test-app.js';

const MANY = '1000000';
/** Pages, which the document does not list: their forms, and what stands in their addresses. */
const PAGES: [path: string, fields: string[]][] = [
  ['/confirm/TfaAuth', ['code', 'phone', 'key']],
  ['/confirm/Auth', ['key']],
  ['/magic-link', ['token']],
  ['/magic-link/not-me', ['token']],
  ['/reset-password', ['token', 'password']],
  ['/confirm-email', ['token']],
  ['/auth/recover/stop', ['token']],
];
const HEADERS = [
  ...[
    'Authorization',
    'Cookie',
    'Content-Type',
    'Content-Encoding',
    'Accept',
    'Accept-Language',
    'User-Agent',
  ],
  ...['Origin', 'Referer', 'Sec-Fetch-Site', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host'],
  ...['Forwarded', 'X-Request-Id', 'If-None-Match', 'confirm', 'X-Unknown'],
];
const PROTOCOLS = ['navixy', 'docspace', 'wacht', 'yat', 'dfns', 'service', 'admin'];
const REFUSED_AT_THE_DOOR = [401, 403, 404, 405, 429];

describe('hostile texts', () => {
  let app: TestApp;
  let credentials: Credentials;

  beforeAll(async () => {
    app = await TestApp.start({
      ...AT_HOME,
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: MANY,
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: MANY,
      WACHT_REQUESTS_PER_MINUTE_LIMIT: MANY,
      YAT_REQUESTS_PER_MINUTE_LIMIT: MANY,
      ADMIN_REQUESTS_PER_MINUTE_LIMIT: MANY,
      TRUSTED_PROXIES: '127.0.0.1',
    });
    credentials = new Credentials(app);
  });
  afterAll(() => app.stop());

  const calls = documentedCalls();
  const named = (some: DocumentedCall[]) =>
    some.map((call) => [`${call.method} ${call.path}`, call] as const);
  const doorOf = async (call: DocumentedCall): Promise<Door> => {
    const headers = await credentials.of(call);
    await credentials.refill();
    return { method: call.method, path: call.path.replace('{code}', '0'), headers };
  };
  const expectNoComplaint = async (probes: Probe[], statuses = new Set<number>()) => {
    const complaints = await complaintsAbout(app.url, probes, (status) => statuses.add(status));
    expect(complaints).toEqual([]);
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
  };

  it.each(named(calls.filter(({ bodies }) => bodies.length > 0)))(
    'in the body of %s take time that grows no faster than they do',
    async (_, call) => {
      const door = await doorOf(call);
      const names = [...new Set(call.fields.map(({ place }) => place[0] as string))];
      const statuses = new Set<number>();
      await expectNoComplaint(
        [
          ...probesOfBody(door, call),
          ...probesOfAcceptedTexts(door, call),
          ...(call.types.includes('application/x-www-form-urlencoded') ? probesOfForm(door, names) : []),
          ...(call.types.includes('multipart/form-data') ? probesOfParts(door, names) : []),
        ],
        statuses,
      );
      expect([...statuses].filter((status) => !REFUSED_AT_THE_DOOR.includes(status))).not.toEqual([]);
    },
    120_000,
  );

  describe.each(PROTOCOLS)('of %s', (protocol) => {
    const own = calls.filter((call) => call.protocol === protocol);

    it('in the headers take time that grows no faster than they do', async () => {
      const call = own.find(({ credential, bodies }) => credential && bodies.length > 0) as DocumentedCall;
      const door = await doorOf(call);
      const headers = { 'Content-Type': 'application/json', ...door.headers };
      await expectNoComplaint(probesOfHeaders({ ...door, headers, body: '{}' }, HEADERS));
    }, 120_000);

    it('in the path take time that grows no faster than they do', async () => {
      const call = own.find(({ path }) => path.includes('{')) ?? (own[0] as DocumentedCall);
      const stem = call.path.includes('{') ? call.path.replace(/\{.*/, '') : `${call.path}/`;
      await expectNoComplaint(probesOfPath(await doorOf(call), stem));
    }, 120_000);

    it('in the query take time that grows no faster than they do', async () => {
      // Where the fields of a body may stand in the query too, else of a call that reads one.
      const bodies = ['navixy', 'wacht'].includes(protocol) ? own : own.slice(0, 1);
      for (const call of bodies) {
        const names = call.fields.filter(({ isNew }) => isNew).map(({ place }) => place[0] as string);
        const parameters = call.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
        await expectNoComplaint(probesOfQuery(await doorOf(call), [...names, ...parameters]));
      }
    }, 120_000);
  });

  it.each(PAGES)(
    'in what is sent to %s take time that grows no faster than they do',
    async (path, fields) => {
      const get = { method: 'GET', path, headers: {} };
      const post = { method: 'POST', path, headers: { Origin: 'http://localhost:3000' } };
      await expectNoComplaint([
        ...probesOfQuery(get, fields),
        ...probesOfForm(post, fields),
        ...probesOfHeaders(get, ['Cookie', 'Accept-Language', 'Origin', 'Sec-Fetch-Site']),
      ]);
    },
    120_000,
  );
});

import { RefusalLog } from '@app/audit';
import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';
import { until } from '../support/until.js';

type Answer = Pick<Response, 'status' | 'headers'>;
interface Doors {
  app: TestApp;
  navixy: NavixyClient;
  docspace: DocspaceClient;
  yat: YatClient;
  dfns: DfnsClient;
  wacht: WachtClient;
  /** Of a new account. */
  email: (secondFactor?: 'none' | 'email') => Promise<string>;
}
type Provoke = (doors: Doors) => Promise<Answer>;

const HASH = '0123456789abcdef0123456789abcdef';
const times = async (count: number, call: () => Promise<unknown>) => {
  for (let n = 0; n < count; n += 1) await call();
};

/** By protocol: what is refused, what is recorded of it, and the call by which it is. */
const REFUSALS: [what: string, recorded: string, provoke: Provoke][] = [
  [
    'navixy: a wrong password',
    'password wrong',
    async (d) => d.navixy.signIn(await d.email(), 'wrong password'),
  ],
  ['navixy: an unknown name', 'password wrong', (d) => d.navixy.signIn('nobody@example.com')],
  [
    'navixy: a password while it is locked',
    'password locked',
    async (d) => {
      const email = await d.email();
      await times(5, () => d.navixy.signIn(email, 'wrong password'));
      return d.navixy.signIn(email);
    },
  ],
  [
    'navixy: a wrong code',
    'code.verify wrong',
    async (d) => {
      const { hash, code } = await d.navixy.pending(await d.email());
      return d.navixy.verify(hash, otherThan(code));
    },
  ],
  [
    'navixy: a code that is too old',
    'code.verify expired',
    async (d) => {
      const { hash, code } = await d.navixy.pending(await d.email());
      d.app.clock.advanceSeconds(300);
      return d.navixy.verify(hash, code);
    },
  ],
  [
    'navixy: the hash of no session',
    'request /user/get_info session_not_found',
    (d) => d.navixy.post('/user/get_info', undefined, HASH),
  ],
  [
    'navixy: a session that is none, renewed',
    'request /user/session/renew session_not_found',
    (d) => d.navixy.post('/user/session/renew', undefined, HASH),
  ],
  [
    'navixy: no hash at all',
    'request /user/logout credential_malformed',
    (d) => d.navixy.post('/user/logout'),
  ],
  [
    'navixy: a body that is none',
    'request malformed_request',
    (d) => d.navixy.send('/user/auth', { headers: { 'Content-Type': 'application/json' }, body: '{' }),
  ],
  [
    'navixy: a code that is sent again too soon',
    'code.resend too_soon',
    async (d) => {
      const { hash } = await d.navixy.pending(await d.email());
      await d.navixy.resend(hash);
      return d.navixy.resend(hash);
    },
  ],
  [
    'docspace: a wrong password',
    'password wrong',
    async (d) => d.docspace.signIn(await d.email(), 'wrong password'),
  ],
  ['docspace: a wrong code', 'code.verify absent', async (d) => d.docspace.verify(await d.email(), '000000')],
  [
    'docspace: the token of no session',
    'request /api/2.0/people/@self credential_malformed',
    (d) => d.docspace.authorized('GET', '/people/@self', HASH),
  ],
  [
    'docspace: a step with a key that is none',
    'request /api/2.0/settings/tfaapp/setup session_not_found',
    (d) => d.docspace.call('GET', '/settings/tfaapp/setup'),
  ],
  [
    'yat: a wrong password',
    'password wrong',
    async (d) => d.yat.signIn(await d.email('none'), 'wrong password'),
  ],
  [
    'yat: a refresh token that is none',
    'request /auth/token/refresh session_not_found',
    (d) => d.yat.refresh(HASH),
  ],
  [
    'yat: a refresh token that was used long ago',
    'token.refresh replay',
    async (d) => {
      const { body } = await d.yat.signIn(await d.email('none'));
      const next = await d.yat.refresh(body.refresh_token);
      await d.yat.refresh(next.body.refresh_token);
      d.app.clock.advanceSeconds(60);
      return d.yat.refresh(body.refresh_token);
    },
  ],
  ['yat: an access token that is none', 'request /account session_not_found', (d) => d.yat.account('none')],
  [
    'yat: a link that is none',
    'magic_link.redeem absent',
    (d) => d.yat.post('/auth/magic_link/token', { token: HASH }),
  ],
  [
    'yat: a second factor that is wrong',
    'second_factor wrong',
    async (d) => {
      const { body } = await d.yat.signIn(await d.email());
      return d.yat.confirm(body.refresh_token, '000000');
    },
  ],
  [
    'yat: a second factor of nobody',
    'request /auth/2fa session_not_found',
    (d) => d.yat.confirm(HASH, '000000'),
  ],
  [
    'yat: the end of a session that is none',
    'request /logout session_not_found',
    (d) => d.yat.post('/logout', undefined, 'none'),
  ],
  [
    'wacht: a wrong password',
    'password wrong',
    async (d) => (await d.wacht.signInWithPassword(await d.email('none'), 'wrong password')).answer,
  ],
  ['wacht: an attempt that is none', 'code.verify absent', (d) => d.wacht.verify('1', '000000')],
  [
    'wacht: a token without a sign-in',
    'request /session/token session_not_found',
    (d) => d.wacht.send('/session/token', { method: 'GET' }),
  ],
  [
    'dfns: a login that nobody began',
    'login.complete absent',
    (d) => d.dfns.post('/auth/login', { challengeIdentifier: HASH, firstFactor: ASSERTION }),
  ],
  [
    'dfns: a code that is wrong',
    'recovery.init absent',
    (d) => d.dfns.recoveryInit('nobody@example.com', '0000-0000-0000-0000'),
  ],
  [
    'dfns: the end of a session that is none',
    'request /auth/logout session_not_found',
    (d) => d.dfns.call('PUT', '/auth/logout', { allSessions: false }, 'none'),
  ],
  [
    'dfns: no token',
    'request /auth/recover/user credential_malformed',
    (d) => d.dfns.post('/auth/recover/user', {}),
  ],
  [
    'a page: a form that another site sends',
    'request /reset-password origin_refused',
    (d) =>
      fetch(`${d.app.url}/reset-password`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://evil.example' },
        body: 'token=x&password=y',
      }),
  ],
];
const ASSERTION = {
  kind: 'Fido2',
  credentialAssertion: { credId: 'AA', clientData: 'AA', authenticatorData: 'AA', signature: 'AA' },
};
const LIMITED: [protocol: string, route: string, call: Provoke][] = [
  ['navixy', '/user/get_info', (d) => d.navixy.post('/user/get_info', undefined, HASH)],
  ['docspace', '/api/2.0/people/@self', (d) => d.docspace.authorized('GET', '/people/@self', HASH)],
  ['yat', '/account', (d) => d.yat.account('none')],
  ['wacht', '/session/token', (d) => d.wacht.send('/session/token', { method: 'GET' })],
  ['dfns', '/auth/logout', (d) => d.dfns.call('PUT', '/auth/logout', { allSessions: false }, 'none')],
];

describe('every refusal', () => {
  let doors: Doors;
  let people = 0;

  beforeAll(async () => {
    const app = await TestApp.start();
    const email = async (secondFactor: 'none' | 'email' = 'email') => {
      const named = `refused${(people += 1)}@example.com`;
      await app.createAccount({ email: named, secondFactor });
      return named;
    };
    doors = {
      app,
      email,
      navixy: new NavixyClient(app),
      docspace: new DocspaceClient(app),
      yat: new YatClient(app),
      dfns: new DfnsClient(app),
      wacht: new WachtClient(app),
    };
    await doors.wacht.session();
  });
  afterAll(() => doors.app.stop());
  // What is alike within a minute is one row, with the id of the first request.
  beforeEach(() => doors.app.clock.advanceSeconds(61));

  /** A refusal is noted when the connection has had the answer, which a client may read before. */
  const recorded = (answers: Answer[], record: string) =>
    until(async () => {
      await doors.app.nest.get(RefusalLog).flush();
      const ids = answers.map(({ headers }) => headers.get('x-request-id'));
      const rows = await doors.app.rows<{ what: string }>(sql`
        SELECT event || ' ' || outcome AS what FROM audit_events WHERE request_id = ANY (${ids}::text[])`);
      return rows.some(({ what }) => what === record);
    }, `the record ${record}`);

  it.each(REFUSALS)('is in the audit log: %s', async (_what, record, provoke) => {
    const answer = await provoke(doors);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    await recorded([answer], record);
  });

  it.each(LIMITED)('is in the audit log: more calls of %s than its limit', async (_protocol, route, call) => {
    for (let calls = 0; ; calls += 25) {
      const answers = await Promise.all(Array.from({ length: 25 }, () => call(doors)));
      const limited = answers.filter(({ status, headers }) => status === 429 || headers.has('retry-after'));
      if (!limited.length && calls < 400) continue;
      return recorded(limited, `request ${route} too_many_requests`);
    }
  });
});

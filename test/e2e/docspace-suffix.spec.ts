import { readFileSync } from 'node:fs';
import { sql } from '@app/database';
import { DocspaceClient } from '../support/docspace-client.js';
import { otherThan } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, object>>;
};
const ROUTES = Object.entries(paths)
  .filter(([path]) => path.startsWith('/api/2.0'))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const));

describe('a docspace path that names the format of its answer', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '10000',
    });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const fetched = async (method: string, path: string, body?: object, headers: object = {}) => {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
    const { status, headers: answered } = response;
    return { status, type: answered.get('content-type'), headers: answered, text: await response.text() };
  };
  const nextPerson = async (factor: 'none' | 'sms' | 'email') => {
    people += 1;
    const email = `suffix${people}@example.com`;
    const phone = `+49151458${String(10_000 + people)}`;
    const { id } = await app.createAccount({
      email,
      secondFactor: factor,
      ...(factor === 'sms' && { phone }),
    });
    return { id, email, phone, credentials: { userName: email, password: PASSWORD } };
  };

  it.each(ROUTES)('%s %s is the same call with .json and .xml', async (method, template) => {
    const path = template.replace('{code}', '000000');
    const plain = await fetched(method, path);
    expect(plain.type).toBe('application/json; charset=utf-8');
    for (const spelled of [`${path}.json`, `${path}.JSON/`, `${path}%2Ejson`, `${path}.json?x=.xml`]) {
      const answer = await fetched(method, spelled);
      expect([answer.status, answer.type, answer.text]).toEqual([plain.status, plain.type, plain.text]);
    }
    const xml = await fetched(method, `${path}.xml`);
    expect([xml.status, xml.type]).toEqual([plain.status, 'text/xml; charset=utf-8']);
    expect(xml.text).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n<result>.*<\/result>$/s);
  });

  it('signs in by .json alone, as the clients do that know no other path', async () => {
    const { id, phone, credentials } = await nextPerson('sms');
    const begun = await client.call('POST', '/authentication.json', credentials);
    expect(begun.body.response).toMatchObject({ sms: true });
    app.clock.advanceSeconds(60);
    expect((await client.call('POST', '/authentication/sendsms.json', credentials)).status).toBe(200);
    const code = await app.mailbox.code(phone, 2);
    const wrong = await client.call('POST', `/authentication/${otherThan(code)}.json`, credentials);
    expect(wrong.status).toBe(401);
    const { status, body } = await client.call('POST', `/authentication/${code}.json`, credentials);
    expect(status).toBe(200);
    expect(await client.isGood({ Authorization: String(body.response.token) })).toBe(true);
    expect(
      await app.rows(sql`SELECT spent FROM guess_budgets WHERE subject = ${id} AND factor = 'second'`),
    ).toEqual([{ spent: 0 }]);
  });

  it('counts the suffix before what the client accepts', async () => {
    const types = { Accept: 'text/plain' };
    expect((await fetched('GET', '/api/2.0/settings', undefined, types)).type).toMatch('text/plain');
    expect((await fetched('GET', '/api/2.0/settings.json', undefined, types)).type).toMatch(
      'application/json',
    );
    expect((await fetched('GET', '/api/2.0/settings.xml', undefined, types)).type).toMatch('text/xml');
  });

  it('answers XML as the vendor’s server does: a result, its fields, a list as one element for each member', async () => {
    const { credentials } = await nextPerson('none');
    const signedIn = await fetched('POST', '/api/2.0/authentication.xml', credentials);
    expect(signedIn.headers.get('cache-control')).toBe('no-store');
    const [, token = ''] = /<response><token>([\w-]{43})<\/token>/.exec(signedIn.text) ?? [];
    expect(signedIn.text).toContain('<sms>false</sms><tfa>false</tfa></response><count>1</count>');
    expect(signedIn.text).toContain('<status>0</status><statusCode>200</statusCode></result>');
    const kinds = await fetched('GET', '/api/2.0/settings/tfaapp.xml', undefined, { Authorization: token });
    expect(kinds.text.match(/<response>/g)).toHaveLength(2);
    expect(kinds.text).toContain('<count>2</count>');
    const known = await fetched('GET', '/api/2.0/authentication.xml', undefined, { Authorization: token });
    expect(known.text).toContain('<result><response>true</response>');
  });

  it('refuses in XML too, wherever the refusal comes from', async () => {
    const { credentials } = await nextPerson('email');
    const refused = async (method: string, path: string, body?: object) =>
      fetched(method, `/api/2.0/${path}.xml`, body);
    const wrong = await refused('POST', 'authentication', { ...credentials, password: 'wrong' });
    expect(wrong.text).toMatch(
      /<result><error><message>User authentication failed<\/message><type>[\w.]+<\/type><hresult>-\d+<\/hresult><\/error><status>1<\/status><statusCode>401<\/statusCode><\/result>$/,
    );
    for (const [method, path, status] of [
      ['GET', 'nothing', 404],
      ['DELETE', 'authentication', 405],
      ['POST', 'authentication/resendsms', 400],
      ['GET', 'settings/tfaapp', 401],
    ] as const) {
      const answer = await refused(method, path, method === 'POST' ? credentials : undefined);
      expect([answer.status, answer.type]).toEqual([status, 'text/xml; charset=utf-8']);
      expect(answer.text).toContain(`<statusCode>${status}</statusCode>`);
    }
  });

  it('names no suffix in its links', async () => {
    const { body } = await client.call('GET', '/settings.json');
    expect(body.links).toEqual([{ href: expect.stringMatching(/\/api\/2\.0\/settings$/), action: 'GET' }]);
  });

  it('abuse: a resend button, whatever its suffix, costs none of the guesses of its owner', async () => {
    const { id, email, credentials } = await nextPerson('sms');
    await client.signIn(email);
    const spellings = [
      'sendsms.json',
      'sendsms.xml',
      'sendsms.JSON',
      'sendsms.jsonp',
      'sendsms.json.json',
      '.json',
    ];
    for (let time = 0; time < 30; time += 1) {
      const path = `/api/2.0/authentication/${spellings[time % spellings.length]}`;
      expect([200, 400, 429]).toContain((await fetched('POST', path, credentials)).status);
    }
    expect(
      await app.rows(
        sql`SELECT 1 FROM guess_budgets WHERE subject = ${id} AND factor = 'second' AND spent > 0`,
      ),
    ).toEqual([]);
  });
});

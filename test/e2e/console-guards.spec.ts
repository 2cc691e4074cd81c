import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { sql } from '@app/database';
import { OperatorsService } from '@app/operators';
import { ConsoleClient, formOf } from '../support/console-client.js';
import { TestApp } from '../support/test-app.js';

/** Every route of the console, by who may ask for it. `<a>`: an account; `<s>`: a session of it; `<o>`: an operator. */
const ROUTES: [route: string, who: 'anybody' | 'support' | 'admin', path?: string][] = [
  ['GET /console/assets/:name', 'anybody'],
  ['GET /console/sign-in', 'anybody'],
  ['POST /console/sign-in', 'anybody'],
  ['GET /console/invitation', 'anybody'],
  ['POST /console/invitation', 'anybody'],
  ['POST /console/sign-out', 'support', '/console/sign-out'],
  ['GET /console', 'support', '/console'],
  ['GET /console/accounts', 'support', '/console/accounts'],
  ['GET /console/accounts/:id', 'support', '/console/accounts/<a>'],
  ['POST /console/accounts/:id/unlock', 'support', '/console/accounts/<a>/unlock'],
  ['POST /console/accounts/:id/sessions/end', 'support', '/console/accounts/<a>/sessions/end'],
  ['POST /console/accounts/:id/sessions/:session/end', 'support', '/console/accounts/<a>/sessions/1/end'],
  ['POST /console/accounts/:id/send', 'support', '/console/accounts/<a>/send'],
  ['POST /console/accounts/:id/disable', 'admin', '/console/accounts/<a>/disable'],
  ['POST /console/accounts/:id/enable', 'admin', '/console/accounts/<a>/enable'],
  ['GET /console/accounts/:id/delete', 'admin', '/console/accounts/<a>/delete'],
  ['POST /console/accounts/:id/delete', 'admin', '/console/accounts/<a>/delete'],
  ['POST /console/accounts/:id/restore', 'admin', '/console/accounts/<a>/restore'],
  ['GET /console/operators', 'admin', '/console/operators'],
  ['POST /console/operators', 'admin', '/console/operators'],
  ['POST /console/operators/:id/reset', 'admin', '/console/operators/<o>/reset'],
  ['POST /console/operators/:id/remove', 'admin', '/console/operators/<o>/remove'],
];
const CLOSED = ROUTES.filter(([, who]) => who !== 'anybody') as [string, 'support' | 'admin', string][];
const FORMS = CLOSED.filter(([route]) => route.startsWith('POST'));

describe('each route of the console', () => {
  let app: TestApp;
  /** Of the account that stands for `<a>`: to delete it takes its name. */
  let deletedName: string;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  /** What there is to do something to, in the place of what stands for it. */
  async function pathOf(path: string): Promise<string> {
    const { id, email: name } = await app.given.person();
    deletedName = name;
    const { email } = await ConsoleClient.invited(app);
    const operators = await app.nest.get(OperatorsService).list();
    const operator = operators.find((each) => each.email === email)?.id ?? '';
    return path.replace('<a>', id).replace('<o>', operator);
  }

  const formToken = async (client: ConsoleClient): Promise<string> =>
    formOf((await client.get('/console')).text, '/console/sign-out')?.['form_token'] ?? '';

  async function ask(client: ConsoleClient, route: string, path: string, token?: string) {
    if (route.startsWith('GET')) return client.get(path);
    const fields = { email: app.given.email(), role: 'support', name: deletedName };
    return client.post(path, { ...fields, ...(token !== undefined && { form_token: token }) });
  }

  /** What changes by a deed: what is recorded is all that any of them leaves. */
  const recorded = async () =>
    (
      await app.rows<{ count: string }>(
        sql`SELECT count(*) FROM audit_events WHERE protocol = 'console' AND event NOT LIKE 'request%'`,
      )
    )[0]?.count;

  it('is in the table of this test', () => {
    const controllers = [...app.nest.get(ModulesContainer).values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    const routes = controllers.flatMap(({ metatype }) => routesOf(metatype as { prototype: object }));
    expect(routes.sort()).toEqual(ROUTES.map(([route]) => route).sort());
  });

  it.each(CLOSED)(
    '%s leads whoever has no session to the sign-in, and does nothing',
    async (route, _, path) => {
      const [where, before] = [await pathOf(path), await recorded()];
      const answer = await ask(new ConsoleClient(app), route, where, 'x');
      expect(answer).toMatchObject({ status: 303, location: '/console/sign-in' });
      expect(await recorded()).toBe(before);
    },
  );

  it.each(CLOSED)('%s is for whoever is at least %s', async (route, who, path) => {
    for (const role of ['support', 'admin'] as const) {
      const client = await ConsoleClient.of(app, role);
      const token = await formToken(client);
      const [where, before] = [await pathOf(path), await recorded()];
      const answer = await ask(client, route, where, token);
      const may = who === 'support' || role === 'admin';
      expect([role, answer.status < 400 ? 'done' : answer.status]).toEqual([role, may ? 'done' : 403]);
      if (!may) expect(await recorded()).toBe(before);
    }
  });

  it.each(FORMS)('%s takes no form but one of its session', async (route, _, path) => {
    const [client, other] = [await ConsoleClient.of(app, 'admin'), await ConsoleClient.of(app, 'admin')];
    const foreign = await formToken(other);
    const [where, before] = [await pathOf(path), await recorded()];
    for (const token of [undefined, '', 'x', foreign, client.token])
      expect((await ask(client, route, where, token)).status).toBe(403);
    expect(await recorded()).toBe(before);
  });

  it.each(FORMS)('%s takes no form of another site', async (route, _, path) => {
    const client = await ConsoleClient.of(app, 'admin');
    const token = await formToken(client);
    const [where, before] = [await pathOf(path), await recorded()];
    const fields = { form_token: token, email: app.given.email(), role: 'support' };
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ];
    for (const headers of foreign) expect((await client.post(where, fields, headers)).status).toBe(403);
    expect(await recorded()).toBe(before);
  });
});

function routesOf({ prototype }: { prototype: object }): string[] {
  const handlers = prototype as Record<string, object>;
  const base = Reflect.getMetadata(
    PATH_METADATA,
    (prototype as { constructor: object }).constructor,
  ) as string;
  if (!String(base).startsWith('console')) return [];
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = handlers[name] as object;
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const path = Reflect.getMetadata(PATH_METADATA, handler) as string;
    return [`${RequestMethod[method]} /${[base, path].filter((part) => part !== '/').join('/')}`];
  });
}

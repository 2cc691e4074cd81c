import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { DfnsClient } from '../dfns-client.js';
import { AT_HOME, DfnsPeople, ORG } from '../dfns-people.js';
import { NavixyClient } from '../navixy-client.js';
import { TestApp } from '../test-app.js';
import { until } from '../until.js';
import { WachtClient } from '../wacht-client.js';
import { YatClient } from '../yat-client.js';
import {
  KEYED_CALLS,
  NEW_BROWSERS,
  REQUESTS,
  type Scenario,
  type Spending,
  type Stage,
  times,
} from './stage.js';

const NAVIXY_REQUESTS = 50;
const WAITING = 1;
const PENDING_SESSIONS = 20;
/** Four are hashed at once. */
const PLACES = 4 + WAITING;

type Ask = (from: TestApp) => Promise<{ status: number }>;

const sent =
  (method: string, path: string): Ask =>
  (from) =>
    fetch(`${from.url}${path}`, { method });

/** A limit of requests: spent from the owner's own network, which the owner leaves, or waits for. */
function ofNetwork(requests: number, windowSeconds: number, ask: Ask, way: string): Scenario {
  return async (stage) => {
    const [here, there] = [await stage.elsewhere(), await stage.elsewhere()];
    const { email } = await stage.person();
    return {
      spend: async () => {
        const answers = await Promise.all(Array.from({ length: requests + 1 }, () => ask(here)));
        return answers.filter(({ status }) => status === 429).length === 1;
      },
      isLost: async () => (await ask(here)).status === 429,
      enter: async () => {
        const elsewhere = await stage.isIn(way, email, there);
        stage.app.clock.advanceSeconds(windowSeconds);
        return elsewhere && stage.isIn(way, email, here);
      },
    };
  };
}

async function dfnsMember(stage: Stage, from: TestApp) {
  const people = new DfnsPeople(from, new DfnsClient(from));
  const person = await stage.person({ orgId: ORG });
  return { people, member: await people.registered(person) };
}

const signsIn = async ({ people, member }: Awaited<ReturnType<typeof dfnsMember>>) =>
  (await people.login(member)).status === 200;

async function dfnsAddress(stage: Stage): Promise<Spending> {
  const [here, there] = [await stage.elsewhere(), await stage.elsewhere()];
  const owner = await dfnsMember(stage, there);
  const ask = () => new DfnsClient(here).post('/auth/login', {});
  return {
    spend: async () => (await times(REQUESTS + 1, ask)).status === 429,
    isLost: async () => (await ask()).status === 429,
    enter: () => signsIn(owner),
  };
}

async function navixySession(stage: Stage): Promise<Spending> {
  const [stranger, home] = [await stage.elsewhere(), await stage.elsewhere()];
  const { email } = await stage.person({ secondFactor: 'email' });
  const hash = await new NavixyClient(home).session(email);
  const ask = () => new NavixyClient(stranger).post('/user/get_info', undefined, 'f'.repeat(32));
  return {
    spend: async () => (await times(NAVIXY_REQUESTS + 1, ask)).status === 429,
    enter: async () => (await new NavixyClient(home).post('/user/get_info', undefined, hash)).status === 200,
  };
}

async function passwordQueue(stage: Stage): Promise<Spending> {
  const limits = { ...AT_HOME, PASSWORD_QUEUE_LIMIT: String(WAITING), DATABASE_POOL_SIZE: '20' };
  const full = await TestApp.start(limits, stage.app);
  const owner = await dfnsMember(stage, full);
  const { email } = await stage.person();
  const queue = await stage.hold('password_failures');
  const signIn = (who: string) => new YatClient(full).signIn(who);
  let strangers: Promise<unknown> = Promise.resolve();
  return {
    spend: async () => {
      strangers = Promise.all(Array.from({ length: PLACES }, (_, i) => signIn(`busy${i}@example.com`)));
      await queue.count(PLACES);
      return (await signIn('one-more@example.com')).status === 429;
    },
    isLost: async () => (await signIn(email)).status === 429,
    enter: () => signsIn(owner),
    end: async () => {
      await queue.release();
      await strangers;
      await full.stop();
    },
  };
}

async function newBrowsers(stage: Stage): Promise<Spending> {
  const [here, there] = [await stage.elsewhere(), await stage.elsewhere()];
  const { email } = await stage.person();
  const old = new WachtClient(here);
  await old.session();
  const begin = () => new WachtClient(here).session();
  return {
    spend: async () => (await times(NEW_BROWSERS, begin)).status === 429,
    isLost: async () => (await begin()).status === 429,
    enter: async () => {
      await old.signInWithPassword(email);
      const kept = (await old.session()).body.session.signins.length === 1;
      return kept && stage.isIn('a wacht password', email, there);
    },
  };
}

async function idempotencyKeys(stage: Stage): Promise<Spending> {
  const [here, there] = [await stage.elsewhere(), await stage.elsewhere()];
  const { email } = await stage.person();
  const ask = (from: TestApp, key: string) =>
    new YatClient(from).send('/auth/token/refresh', {
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ refresh_token: 'of nobody' }),
    });
  const another = () => ask(here, randomUUID());
  return {
    spend: async () => (await times(KEYED_CALLS + 1, another)).status === 429,
    isLost: async () => (await another()).status === 429,
    enter: async () => {
      const keyed = (await ask(there, randomUUID())).status === 401;
      return keyed && stage.isIn('a yat password', email, here);
    },
  };
}

async function sessions(stage: Stage): Promise<Spending> {
  const [thief, home] = [
    new NavixyClient(await stage.elsewhere()),
    new NavixyClient(await stage.elsewhere()),
  ];
  const { email } = await stage.person({ secondFactor: 'email' });
  const { hash } = (await home.signIn(email)).body;
  const code = await stage.app.mailbox.code(email);
  return {
    spend: async () => {
      const first = (await thief.signIn(email)).body.hash;
      await times(PENDING_SESSIONS, () => thief.signIn(email));
      return (await thief.verify(first, '000000')).body.status?.code === 4;
    },
    enter: async () => (await home.verify(hash, code)).status === 200,
  };
}

async function databasePool(stage: Stage): Promise<Spending> {
  const small = await TestApp.start({ DATABASE_POOL_SIZE: '2' }, stage.app);
  const { email } = await stage.person();
  const held = await stage.hold('password_failures');
  const signIn = (who: string) => new YatClient(small).signIn(who);
  const { master } = small.nest.get(DataSource).driver as unknown as { master: { waitingCount: number } };
  const waiting: Promise<unknown>[] = [];
  let own: number | undefined;
  return {
    spend: async () => {
      waiting.push(signIn('one@example.com'), signIn('another@example.com'));
      await held.count(2);
      waiting.push(signIn(email).then(({ status }) => (own = status)));
      await until(() => master.waitingCount > 0, 'a call that waits for a connection');
      return true;
    },
    isLost: async () => own === undefined,
    enter: async () => {
      await held.release();
      await Promise.all(waiting);
      return own === 200;
    },
    end: async () => {
      await held.release();
      await Promise.allSettled(waiting);
      await small.stop();
    },
  };
}

async function handOvers(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  const others = await Promise.all(Array.from({ length: 12 }, () => stage.person()));
  return {
    spend: async () => {
      const asked = others.map((other) =>
        new YatClient(home).post('/auth/magic_link', { email: other.email }),
      );
      return (await Promise.all(asked)).every(({ status }) => status === 200);
    },
    enter: async () =>
      (await stage.isIn('a yat password', email, home)) && stage.isIn('a yat magic link', email, home),
  };
}

async function body(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  const send = (text: string) =>
    new YatClient(home).send('/auth/token', { headers: { 'Content-Type': 'application/json' }, body: text });
  return {
    spend: async () => (await times(5, () => send(`{"email":"${'x'.repeat(70_000)}"}`))).status === 413,
    enter: () => stage.isIn('a yat password', email, home),
  };
}

export const REQUEST_SCENARIOS = {
  navixyAddress: ofNetwork(
    NAVIXY_REQUESTS,
    1,
    (from) => new NavixyClient(from).post('/user/get_info'),
    'a navixy password',
  ),
  navixySession,
  docspaceAddress: ofNetwork(
    REQUESTS,
    60,
    (from) => fetch(`${from.url}/api/2.0/settings`),
    'a docspace password',
  ),
  wachtAddress: ofNetwork(
    REQUESTS,
    60,
    (from) => new WachtClient(from).get('/deployment'),
    'a wacht password',
  ),
  yatAddress: ofNetwork(
    REQUESTS,
    60,
    (from) => new YatClient(from).post('/auth/token', {}),
    'a yat password',
  ),
  dfnsAddress,
  serviceAddress: ofNetwork(REQUESTS, 1, sent('POST', '/introspect'), 'a navixy password'),
  adminAddress: ofNetwork(REQUESTS, 60, sent('GET', '/admin/accounts'), 'a navixy password'),
  forwardAuthAddress: ofNetwork(REQUESTS, 1, sent('GET', '/forward-auth'), 'a navixy password'),
  deliveryEvents: ofNetwork(REQUESTS, 60, sent('POST', '/delivery/events'), 'a yat password'),
  passwordQueue,
  newBrowsers,
  idempotencyKeys,
  sessions,
  databasePool,
  handOvers,
  body,
} satisfies Record<string, Scenario>;

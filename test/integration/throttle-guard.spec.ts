import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Limits, type Limit } from '@app/throttle';
import type { Request } from 'express';
import { plain } from '../../apps/auth/src/protocols/plain.protocol.js';
import { UseProtocol } from '../../apps/auth/src/protocols/use-protocol.decorator.js';
import { ThrottledApp } from './throttled-app.js';

const limit = (name: string, most: number, tracker: Limit['tracker']): Limit => ({
  name,
  limit: () => most,
  windowSeconds: () => 60,
  tracker,
});
const byCaller = (name: string, most: number) => limit(name, most, (req) => req.get('x-caller'));
const shared = byCaller('shared', 2);
const ofConfig: Limit = {
  ...byCaller('config', 0),
  limit: (config) => config.limits.navixyRequestsPerSecond,
  windowSeconds: () => 1,
};

@Controller('shared')
@UseProtocol(plain)
@Limits(shared)
class SharedController {
  calls = 0;

  @Get('one')
  one(): void {
    this.calls += 1;
  }

  @Get('both')
  @Limits(byCaller('both', 1))
  both(): void {}
}

@Controller('own')
@UseProtocol(plain)
class OwnController {
  @Get('shared')
  @Limits(shared)
  shared(): void {}

  @Get('config')
  @Limits(ofConfig)
  config(): void {}

  @Get('free')
  free(): void {}

  @Post('login')
  @HttpCode(200)
  @Limits(
    limit('login', 3, (req: Request) => req.body.login),
    limit('spread', 1000, (req) => [...req.body].join()),
  )
  login(@Body() _body: unknown): void {}
}

let app: ThrottledApp;
let callers = 0;

const anyone = () => `caller-${++callers}`;
const get = (path: string, caller = anyone()) => app.get(path, { 'x-caller': caller });

beforeAll(async () => {
  app = await ThrottledApp.start(SharedController, OwnController);
});
beforeEach(() => app.query.mockClear());
afterAll(() => app.stop());

describe('a limit', () => {
  it('refuses with the code and the waiting time, before the handler runs and without other headers of limits', async () => {
    const caller = anyone();
    await get('/shared/one', caller).expect(200);
    await get('/shared/one', caller).expect(200);
    app.clock.advanceSeconds(20);
    const before = app.nest.get(SharedController).calls;
    const refused = await get('/shared/one', caller).expect(429);
    expect(refused.body).toEqual({ statusCode: 429, error: 'too_many_requests' });
    expect(refused.headers['retry-after']).toBe('40');
    expect(Object.keys(refused.headers).join()).not.toMatch(/rate-?limit/i);
    expect(app.nest.get(SharedController).calls).toBe(before);
  });

  it('is one count for all routes that share its name, whatever their controller', async () => {
    const caller = anyone();
    await get('/shared/one', caller).expect(200);
    await get('/own/shared', caller).expect(200);
    await get('/shared/one', caller).expect(429);
    await get('/own/shared', caller).expect(429);
  });

  it('of a method comes on top of those of its controller', async () => {
    const caller = anyone();
    await get('/shared/both', caller).expect(200);
    await get('/shared/both', caller).expect(429);
    const other = anyone();
    await get('/shared/one', other).expect(200);
    await get('/shared/one', other).expect(200);
    await get('/shared/both', other).expect(429);
  });

  it('takes its numbers from the configuration', async () => {
    const caller = anyone();
    const most = app.config.limits.navixyRequestsPerSecond;
    const answers = await Promise.all(Array.from({ length: most + 5 }, () => get('/own/config', caller)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(most);
    app.clock.advanceSeconds(1);
    await get('/own/config', caller).expect(200);
  });

  it('does not concern a request that its tracker does not name', async () => {
    for (let call = 0; call < 4; call += 1) await app.get('/shared/one').expect(200);
    expect(app.query).not.toHaveBeenCalled();
  });

  it('fails closed when the database is away', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    app.query.mockImplementationOnce(() => Promise.reject(away));
    const before = app.nest.get(SharedController).calls;
    const answer = await get('/shared/one').expect(503);
    expect(answer.body.error).toBe('database_unavailable');
    expect(app.nest.get(SharedController).calls).toBe(before);
  });
});

describe('a request', () => {
  it('costs one statement, with several limits, passed or refused', async () => {
    const caller = anyone();
    await get('/shared/both', caller).expect(200);
    expect(app.query).toHaveBeenCalledTimes(1);
    await get('/shared/both', caller).expect(429);
    expect(app.query).toHaveBeenCalledTimes(2);
  });

  it('costs none on a route without limits', async () => {
    await get('/own/free').expect(200);
    expect(app.query).not.toHaveBeenCalled();
  });
});

describe('an unvalidated body', () => {
  const login = (body?: string) => {
    const post = app.post('/own/login');
    return body === undefined ? post : post.set('content-type', 'application/json').send(body);
  };

  it.each([
    [undefined],
    ['null'],
    ['5'],
    ['[]'],
    ['"text"'],
    ['{"login":null}'],
    ['{"login":{"toString":1}}'],
    ['{"login":["a"]}'],
    ['{"login":9e999}'],
    ['{"login":"\\u0000"}'],
    ['{"login":"\\ud800"}'],
    ['{"__proto__":{"login":"x"}}'],
    [JSON.stringify({ login: 'x'.repeat(50_000) })],
  ])('of an odd shape is no error of the server: %.40s', async (body) => {
    app.clock.advanceSeconds(60);
    await login(body).expect(200);
  });

  it('of ever other odd shapes does not get around the limit: the address counts', async () => {
    app.clock.advanceSeconds(60);
    const statuses: number[] = [];
    for (const body of ['{"login":1}', '{"login":[]}', '{"login":{}}', '{"login":false}', undefined]) {
      statuses.push((await login(body)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await login('{"login":"ada"}').expect(200);
  });
});

import {
  Body,
  Catch,
  Controller,
  Get,
  HttpCode,
  Post,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig } from '@app/config';
import { DatabaseModule, sql } from '@app/database';
import { AuthError, Clock, KeyRing } from '@app/kernel';
import { Alongside, byAddress, FoundAlongside, Limits, ThrottleModule, type Limit } from '@app/throttle';
import type { Request, Response } from 'express';
import type { Pool } from 'pg';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase } from '../support/test-database.js';

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
class OwnController {
  seen: unknown[] = [];

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

  @Get('session')
  @Limits(byCaller('session', 1), limit('address', 1000, byAddress))
  @Alongside(
    (req, now) =>
      sql`SELECT ${req.get('x-caller')}::text AS caller, ${now}::timestamptz AS at WHERE ${req.get('x-caller')} <> 'nobody'`,
  )
  session(@FoundAlongside() found: unknown): void {
    this.seen.push(found);
  }
}

@Catch(AuthError)
class Filter implements ExceptionFilter<AuthError> {
  catch({ code, details }: AuthError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(code === 'too_many_requests' ? 429 : 503).json({ code, details });
  }
}

const clock = new TestClock();
const config = readConfig({ NODE_ENV: 'test', COUNTERSIGN_KEYS: KeyRing.generateEntry('k1') });
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let app: NestExpressApplication;
let query: jest.SpiedFunction<Pool['query']>;
let callers = 0;

const anyone = () => `caller-${++callers}`;
const get = (path: string, caller = anyone()) =>
  request(app.getHttpServer()).get(path).set('x-caller', caller);

beforeAll(async () => {
  database = await createTestDatabase();
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(() => dataSourceOptions(database.url)),
      ThrottleModule,
    ],
    controllers: [SharedController, OwnController],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  app = module.createNestApplication<NestExpressApplication>({ bodyParser: false });
  app.useBodyParser('json', { strict: false });
  app.useGlobalFilters(new Filter());
  await app.listen(0, '127.0.0.1');
  query = jest.spyOn((app.get(DataSource).driver as unknown as { master: Pool }).master, 'query');
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

beforeEach(() => query.mockClear());

describe('a limit', () => {
  it('refuses with the code and the waiting time, before the handler runs and without headers of its own', async () => {
    const caller = anyone();
    await get('/shared/one', caller).expect(200);
    await get('/shared/one', caller).expect(200);
    clock.advanceSeconds(20);
    const before = app.get(SharedController).calls;
    const refused = await get('/shared/one', caller).expect(429);
    expect(refused.body).toEqual({ code: 'too_many_requests', details: { retryAfterSeconds: 40 } });
    expect(Object.keys(refused.headers).join()).not.toMatch(/rate-?limit|retry/i);
    expect(app.get(SharedController).calls).toBe(before);
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
    const most = config.limits.navixyRequestsPerSecond;
    const answers = await Promise.all(Array.from({ length: most + 5 }, () => get('/own/config', caller)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(most);
    clock.advanceSeconds(1);
    await get('/own/config', caller).expect(200);
  });

  it('does not concern a request that its tracker does not name', async () => {
    for (let call = 0; call < 4; call += 1) await request(app.getHttpServer()).get('/shared/one').expect(200);
    expect(query).not.toHaveBeenCalled();
  });

  it('fails closed when the database is away', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    query.mockImplementationOnce(() => Promise.reject(away));
    const before = app.get(SharedController).calls;
    const answer = await get('/shared/one').expect(503);
    expect(answer.body.code).toBe('database_unavailable');
    expect(app.get(SharedController).calls).toBe(before);
  });
});

describe('a request', () => {
  it('costs one statement, with several limits and a question, passed or refused', async () => {
    const caller = anyone();
    await get('/own/session', caller).expect(200);
    expect(query).toHaveBeenCalledTimes(1);
    await get('/own/session', caller).expect(429);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('costs none on a route without limits', async () => {
    await get('/own/free').expect(200);
    expect(query).not.toHaveBeenCalled();
  });
});

describe('an unvalidated body', () => {
  const login = (body?: string) => {
    const post = request(app.getHttpServer()).post('/own/login');
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
    clock.advanceSeconds(60);
    await login(body).expect(200);
  });

  it('of ever other odd shapes does not get around the limit: the address counts', async () => {
    clock.advanceSeconds(60);
    const statuses: number[] = [];
    for (const body of ['{"login":1}', '{"login":[]}', '{"login":{}}', '{"login":false}', undefined]) {
      statuses.push((await login(body)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await login('{"login":"ada"}').expect(200);
  });
});

describe('what is found alongside', () => {
  const seen = () => app.get(OwnController).seen;

  it('reaches the handler', async () => {
    const caller = anyone();
    await get('/own/session', caller).expect(200);
    expect(seen().at(-1)).toEqual({ caller, at: expect.any(String) });
    expect(new Date((seen().at(-1) as { at: string }).at)).toEqual(clock.now());
  });

  it('is undefined when there is no such row', async () => {
    await get('/own/session', 'nobody').expect(200);
    expect(seen().at(-1)).toBeUndefined();
  });

  it('stays hidden when the request is refused', async () => {
    const caller = anyone();
    await get('/own/session', caller).expect(200);
    const before = seen().length;
    const refused = await get('/own/session', caller).expect(429);
    expect(refused.text).not.toContain(caller);
    expect(seen()).toHaveLength(before);
  });
});

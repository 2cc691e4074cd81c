import { Catch, Controller, Get, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig } from '@app/config';
import { DatabaseModule } from '@app/database';
import { AuthError, KeyRing } from '@app/kernel';
import { byAddress, Limits, ThrottleModule } from '@app/throttle';
import type { Response } from 'express';
import request from 'supertest';
import { dataSourceOptions } from '../../ormconfig.js';
import { createTestDatabase } from '../support/test-database.js';

@Controller()
class OpenController {
  @Get()
  @Limits({ name: 'address', limit: () => 2, windowSeconds: () => 3600, tracker: byAddress })
  open(): void {}
}

@Catch(AuthError)
class Filter implements ExceptionFilter<AuthError> {
  catch({ code }: AuthError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(code === 'too_many_requests' ? 429 : 500).end();
  }
}

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let app: NestExpressApplication;

/** An application of its own key, and so of its own counts. */
async function start(trustedProxies: string): Promise<void> {
  const config = readConfig({
    NODE_ENV: 'test',
    COUNTERSIGN_KEYS: KeyRing.generateEntry('k1'),
    TRUSTED_PROXIES: trustedProxies,
  });
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(() => dataSourceOptions(database.url, 2)),
      ThrottleModule,
    ],
    controllers: [OpenController],
  }).compile();
  app = module.createNestApplication<NestExpressApplication>();
  app.set('trust proxy', config.http.trustedProxies);
  app.useGlobalFilters(new Filter());
  await app.listen(0, '127.0.0.1');
}

/** The statuses of calls one after the other, each with its own `X-Forwarded-For`. */
async function call(...forwarded: string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const hops of forwarded) {
    const { status } = await request(app.getHttpServer()).get('/').set('x-forwarded-for', hops);
    statuses.push(status);
  }
  return statuses;
}

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => app.close());
afterAll(() => database.drop());

describe('a forged X-Forwarded-For changes nothing', () => {
  it.each([
    ['when no proxy is trusted', ''],
    ['when the connection comes from another address than the trusted proxy', '10.0.0.0/8'],
  ])('%s', async (_, trustedProxies) => {
    await start(trustedProxies);
    expect(await call('192.0.2.1', '192.0.2.2, 10.0.0.1', '2001:db8::1', 'x')).toEqual([200, 200, 429, 429]);
  });
});

describe('behind trusted proxies', () => {
  beforeEach(() => start('loopback,10.0.0.0/8'));

  it('the right-most hop that is not one of them counts, whatever stands before it', async () => {
    expect(await call('192.0.2.1', '192.0.2.8, 192.0.2.1', 'x, 192.0.2.1, 10.0.0.5', '192.0.2.8')).toEqual([
      200, 200, 429, 200,
    ]);
  });

  it('one IPv6 /64 is one caller and another /64 another', async () => {
    expect(
      await call('2001:db8:0:1::1', '2001:DB8:0:1::2', '2001:db8:0:1:a:b:c:d', '2001:db8:0:2::1'),
    ).toEqual([200, 200, 429, 200]);
  });

  it('an address is the same caller with a port, or wrapped in IPv6', async () => {
    expect(await call('192.0.2.1:5000', '::ffff:192.0.2.1', '192.0.2.1')).toEqual([200, 200, 429]);
  });

  it('text that is no address does not make new callers', async () => {
    expect(await call('a', 'b, c', '999.0.0.1', '::g')).toEqual([200, 200, 429, 429]);
  });
});

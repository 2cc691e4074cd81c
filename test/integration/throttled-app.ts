import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig, type Config } from '@app/config';
import { DatabaseModule } from '@app/database';
import { Clock, KeyRing } from '@app/kernel';
import { ThrottleModule } from '@app/throttle';
import type { Pool } from 'pg';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase } from '../support/test-database.js';

/** A small application behind the guard of the limits, on a database of its own, with a clock that the test moves. */
export class ThrottledApp {
  private constructor(
    readonly nest: NestExpressApplication,
    readonly config: Config,
    readonly clock: TestClock,
    /** Every statement of a request. */
    readonly query: jest.SpiedFunction<Pool['query']>,
    private readonly drop: () => Promise<void>,
  ) {}

  static async start(...controllers: Type[]): Promise<ThrottledApp> {
    const clock = new TestClock();
    const database = await createTestDatabase();
    const config = readConfig({
      NODE_ENV: 'test',
      COUNTERSIGN_KEYS: KeyRing.generateEntry('k1'),
      TRUSTED_PROXIES: 'loopback',
    });
    const databaseModule = DatabaseModule.forRoot(() => dataSourceOptions(database.url));
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), databaseModule, ThrottleModule],
      controllers,
    })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    const nest = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
    nest.useBodyParser('json', { strict: false });
    nest.set('trust proxy', config.http.trustedProxies);
    await nest.listen(0, '127.0.0.1');
    const { master } = nest.get(DataSource).driver as unknown as { master: Pool };
    return new ThrottledApp(nest, config, clock, jest.spyOn(master, 'query'), () => database.drop());
  }

  get(path: string, headers: Record<string, string> = {}): request.Test {
    return request(this.nest.getHttpServer()).get(path).set(headers);
  }

  post(path: string): request.Test {
    return request(this.nest.getHttpServer()).post(path);
  }

  /** The statuses of calls one after the other. */
  async statuses(path: string, times: number, headers?: Record<string, string>): Promise<number[]> {
    const seen: number[] = [];
    for (let call = 0; call < times; call += 1) seen.push((await this.get(path, headers)).status);
    return seen;
  }

  /** What a call that is over a limit is told. */
  async retryAfter(path: string, headers?: Record<string, string>): Promise<string | undefined> {
    return (await this.get(path, headers).expect(429)).headers['retry-after'];
  }

  async stop(): Promise<void> {
    await this.nest.close();
    await this.drop();
  }
}

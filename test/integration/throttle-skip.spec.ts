import { Controller, Get } from '@nestjs/common';
import { SkipThrottle, Throttle } from '@nestjs/throttler';
import { byAddress, Limits, type Limit } from '@app/throttle';
import { plain } from '../../apps/auth/src/protocols/plain.protocol.js';
import { UseProtocol } from '../../apps/auth/src/protocols/use-protocol.decorator.js';
import { ThrottledApp } from './throttled-app.js';

const limit = (name: string, most: number): Limit => ({
  name,
  limit: () => most,
  windowSeconds: () => 60,
  tracker: byAddress,
});

@Controller('default')
@UseProtocol(plain)
@Throttle({ default: { limit: 2, ttl: 10_000 } })
class DefaultController {
  @Get('skipped')
  @SkipThrottle()
  skipped(): void {}

  @Get('counted')
  counted(): void {}
}

@Controller('named')
@UseProtocol(plain)
@Limits(limit('address', 3), limit('other', 4))
class NamedController {
  @Get('skips-one')
  @SkipThrottle({ address: true })
  skipsOne(): void {}

  @Get('skips-all')
  @SkipThrottle({ address: true, other: true })
  skipsAll(): void {}

  @Get('skips-default')
  @SkipThrottle()
  skipsDefault(): void {}
}

@Controller('skipping')
@UseProtocol(plain)
@Limits(limit('skipping', 1))
@SkipThrottle({ skipping: true })
class SkippingController {
  @Get('skipped')
  skipped(): void {}

  @Get('counted')
  @SkipThrottle({ skipping: false })
  counted(): void {}
}

let app: ThrottledApp;

beforeAll(async () => {
  app = await ThrottledApp.start(DefaultController, NamedController, SkippingController);
});
beforeEach(() => {
  app.clock.advanceSeconds(1000);
  app.query.mockClear();
});
afterAll(() => app.stop());

describe('@SkipThrottle', () => {
  it('takes the limit of its name off the route, and no other', async () => {
    expect(await app.statuses('/named/skips-one', 5)).toEqual([200, 200, 200, 200, 429]);
  });

  it('takes all off that it names', async () => {
    expect(await app.statuses('/named/skips-all', 6)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(app.query).not.toHaveBeenCalled();
  });

  it('without a name takes off what has none: the default', async () => {
    expect(await app.statuses('/default/skipped', 4)).toEqual([200, 200, 200, 200]);
    expect(app.query).not.toHaveBeenCalled();
    expect(await app.statuses('/default/counted', 3)).toEqual([200, 200, 429]);
    expect(await app.statuses('/named/skips-default', 4)).toEqual([200, 200, 200, 429]);
  });

  it('on a class concerns all its routes but those that say otherwise', async () => {
    expect(await app.statuses('/skipping/skipped', 3)).toEqual([200, 200, 200]);
    expect(await app.statuses('/skipping/counted', 2)).toEqual([200, 429]);
  });
});

it('what is left costs one statement, passed or refused', async () => {
  expect(await app.statuses('/named/skips-one', 5)).toContain(429);
  expect(app.query).toHaveBeenCalledTimes(5);
});

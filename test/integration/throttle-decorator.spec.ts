import { Controller, Get, type ExecutionContext } from '@nestjs/common';
import { Throttle } from '@nestjs/throttler';
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
const ofHeader = (name: string) => (context: ExecutionContext) =>
  Number(context.switchToHttp().getRequest().get(name));

@Controller('added')
@UseProtocol(plain)
class AddedController {
  @Get('free')
  free(): void {}

  @Get('two')
  @Throttle({ default: { limit: 2, ttl: 10_000 } })
  two(): void {}

  @Get('two-too')
  @Throttle({ default: { limit: 2, ttl: 10_000 } })
  twoToo(): void {}

  @Get('unblocked')
  @Throttle({ default: { limit: 1, ttl: 10_000, blockDuration: 0 } })
  unblocked(): void {}

  @Get('blocked')
  @Throttle({ default: { limit: 1, ttl: 10_000, blockDuration: 90_000 } })
  blocked(): void {}

  @Get('both')
  @Throttle({ short: { limit: 1, ttl: 1_000 }, long: { limit: 2, ttl: 60_000 } })
  both(): void {}

  @Get('dynamic')
  @Throttle({ default: { limit: ofHeader('x-limit'), ttl: async (context) => ofHeader('x-ttl')(context) } })
  dynamic(): void {}

  @Get('person')
  @Throttle({ default: { limit: 1, ttl: 10_000, getTracker: (req) => req.headers['x-person'] } })
  person(): void {}

  @Get('one-key')
  @Throttle({ default: { limit: 1, ttl: 10_000, generateKey: (_context, tracker) => `mine ${tracker}` } })
  oneKey(): void {}

  @Get('one-key-too')
  @Throttle({ default: { limit: 1, ttl: 10_000, generateKey: (_context, tracker) => `mine ${tracker}` } })
  oneKeyToo(): void {}

  @Get('incomplete')
  @Throttle({ nowhere: { limit: 1 } })
  incomplete(): void {}
}

@Controller('class')
@UseProtocol(plain)
@Throttle({ default: { limit: 2, ttl: 10_000 } })
class ClassController {
  @Get('one')
  one(): void {}

  @Get('other')
  other(): void {}

  @Get('stricter')
  @Throttle({ default: { limit: 1 } })
  stricter(): void {}
}

@Controller('named')
@UseProtocol(plain)
@Limits(limit('address', 3), limit('other', 4))
class NamedController {
  @Get('as-declared')
  asDeclared(): void {}

  @Get('overridden')
  @Throttle({ address: { limit: 1 } })
  overridden(): void {}

  @Get('longer')
  @Throttle({ address: { ttl: 300_000, limit: 1 } })
  longer(): void {}
}

let app: ThrottledApp;

beforeAll(async () => {
  app = await ThrottledApp.start(AddedController, ClassController, NamedController);
});
beforeEach(() => {
  app.clock.advanceSeconds(1000);
  app.query.mockClear();
});
afterAll(() => app.stop());

describe('@Throttle', () => {
  it('limits the calls of one address at one route, and says when to come again', async () => {
    expect(await app.statuses('/added/two', 3)).toEqual([200, 200, 429]);
    expect(await app.statuses('/added/two-too', 1)).toEqual([200]);
    expect(await app.statuses('/added/two', 1, { 'x-forwarded-for': '192.0.2.9' })).toEqual([200]);
    expect(await app.retryAfter('/added/two')).toBe('10');
    app.clock.advanceSeconds(9.999);
    expect(await app.retryAfter('/added/two')).toBe('1');
    app.clock.advanceSeconds(0.001);
    expect(await app.statuses('/added/two', 1)).toEqual([200]);
  });

  it('locks out for its ttl from the first call too many, for its blockDuration, or with 0 until the window ends', async () => {
    for (const path of ['/added/two', '/added/blocked', '/added/unblocked']) await app.statuses(path, 2);
    app.clock.advanceSeconds(4);
    expect(await app.retryAfter('/added/two')).toBe('10');
    expect(await app.retryAfter('/added/blocked')).toBe('86');
    expect(await app.retryAfter('/added/unblocked')).toBe('6');
    app.clock.advanceSeconds(6);
    expect(await app.statuses('/added/unblocked', 1)).toEqual([200]);
    expect(await app.retryAfter('/added/two')).toBe('4');
  });

  it('takes several names, all of which count', async () => {
    expect(await app.statuses('/added/both', 2)).toEqual([200, 429]);
    app.clock.advanceSeconds(1);
    expect(await app.statuses('/added/both', 1)).toEqual([200]);
    app.clock.advanceSeconds(1);
    expect(await app.retryAfter('/added/both')).toBe('60');
  });

  it('takes functions of the call for its numbers, which may answer later', async () => {
    const generous = { 'x-limit': '3', 'x-ttl': '5000' };
    expect(await app.statuses('/added/dynamic', 2, { 'x-limit': '1', 'x-ttl': '5000' })).toEqual([200, 429]);
    app.clock.advanceSeconds(5);
    expect(await app.statuses('/added/dynamic', 4, generous)).toEqual([200, 200, 200, 429]);
    expect(await app.retryAfter('/added/dynamic', generous)).toBe('5');
    app.clock.advanceSeconds(5);
    const unlimited = { 'x-limit': 'Infinity', 'x-ttl': '5000' };
    expect(await app.statuses('/added/dynamic', 4, unlimited)).toEqual([200, 200, 200, 200]);
  });

  it('counts those whom its getTracker names, and the address when it names nobody', async () => {
    expect(await app.statuses('/added/person', 2, { 'x-person': 'ada' })).toEqual([200, 429]);
    expect(await app.statuses('/added/person', 2, { 'x-person': 'bob' })).toEqual([200, 429]);
    expect(await app.statuses('/added/person', 2)).toEqual([200, 429]);
  });

  it('counts routes together whose generateKey is the same', async () => {
    expect(await app.statuses('/added/one-key', 1)).toEqual([200]);
    expect(await app.statuses('/added/one-key-too', 1)).toEqual([429]);
  });

  it('on a class concerns each of its routes apart, and of a route what it says itself goes first', async () => {
    expect(await app.statuses('/class/one', 3)).toEqual([200, 200, 429]);
    expect(await app.statuses('/class/other', 3)).toEqual([200, 200, 429]);
    expect(await app.statuses('/class/stricter', 2)).toEqual([200, 429]);
    expect(await app.retryAfter('/class/stricter')).toBe('10');
  });

  it('overrides the limit of that name on its route alone: what it does not say stays', async () => {
    expect(await app.statuses('/named/overridden', 2)).toEqual([200, 429]);
    expect(await app.retryAfter('/named/overridden')).toBe('60');
    expect(await app.statuses('/named/longer', 2)).toEqual([200, 429]);
    expect(await app.retryAfter('/named/longer')).toBe('300');
  });

  it('leaves the limit of that name to the other routes, and to them alone', async () => {
    await app.statuses('/named/overridden', 1);
    expect(await app.statuses('/named/as-declared', 4)).toEqual([200, 200, 200, 429]);
    app.clock.advanceSeconds(60);
    await app.statuses('/named/as-declared', 3);
    expect(await app.statuses('/named/overridden', 1)).toEqual([200]);
  });

  it('without a ttl and without a limit of its name is an error of the server, never no limit', async () => {
    expect(await app.statuses('/added/incomplete', 1)).toEqual([500]);
  });
});

it.each([['/added/two'], ['/added/both'], ['/added/dynamic'], ['/class/stricter'], ['/named/overridden']])(
  '%s costs one statement for all its limits, passed or refused',
  async (path) => {
    const headers = { 'x-limit': '2', 'x-ttl': '1000' };
    const seen = await app.statuses(path, 5, headers);
    expect(seen).toContain(200);
    expect(seen).toContain(429);
    expect(app.query).toHaveBeenCalledTimes(5);
  },
);

it('a route without a limit costs none', async () => {
  await app.get('/added/free').expect(200);
  expect(app.query).not.toHaveBeenCalled();
});

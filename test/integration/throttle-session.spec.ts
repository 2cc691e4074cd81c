import { Controller, Get } from '@nestjs/common';
import { part, sql } from '@app/database';
import { Authenticated, byAddress, CurrentSession, Limits, type Limit } from '@app/throttle';
import type { Request } from 'express';
import { plain } from '../../apps/auth/src/protocols/plain.protocol.js';
import { UseProtocol } from '../../apps/auth/src/protocols/use-protocol.decorator.js';
import { ThrottledApp } from './throttled-app.js';

const callerOf = (req: Request) => req.get('x-caller');
const limit = (name: string, most: number, tracker: Limit['tracker']): Limit => ({
  name,
  limit: () => most,
  windowSeconds: () => 60,
  tracker,
});

/** A caller's session is its own name; "nobody" has none. */
const sessionOf = (req: Request, now: Date) => {
  const caller = callerOf(req);
  return caller === undefined
    ? undefined
    : part(
        'session',
        sql`SELECT ${caller}::text AS caller, ${now}::timestamptz AS at WHERE ${caller} <> 'nobody'`,
      );
};

abstract class Seeing {
  seen: unknown[] = [];
}

@Controller('optional')
@UseProtocol(plain)
class OptionalController extends Seeing {
  @Get()
  @Limits(limit('once', 1, callerOf), limit('address', 1000, byAddress))
  @Authenticated(sessionOf, { optional: true })
  get(@CurrentSession() session: unknown): void {
    this.seen.push(session);
  }

  @Get('rounded')
  @Authenticated(() => part('session', sql`SELECT 9007199254740993 AS id`), { optional: true })
  rounded(): void {}
}

@Controller('needed')
@UseProtocol(plain)
@Authenticated(sessionOf)
class NeededController extends Seeing {
  @Get()
  @Limits(limit('needed', 1, callerOf))
  get(@CurrentSession() session: unknown): void {
    this.seen.push(session);
  }

  @Get('other')
  @Authenticated((req) => (callerOf(req) ? part('session', sql`SELECT 'other' AS caller`) : undefined))
  other(@CurrentSession() session: unknown): void {
    this.seen.push(session);
  }
}

@Controller('undeclared')
@UseProtocol(plain)
class UndeclaredController {
  @Get()
  get(@CurrentSession() _session: unknown): void {}
}

let app: ThrottledApp;
let callers = 0;

const anyone = () => `caller-${++callers}`;
const get = (path: string, caller?: string) =>
  app.get(path, caller === undefined ? {} : { 'x-caller': caller });

beforeAll(async () => {
  app = await ThrottledApp.start(OptionalController, NeededController, UndeclaredController);
});
beforeEach(() => app.query.mockClear());
afterAll(() => app.stop());

describe('the current session', () => {
  const seen = () => app.nest.get(OptionalController).seen;

  it('reaches the handler, in one statement with the limits, passed or refused', async () => {
    const caller = anyone();
    await get('/optional', caller).expect(200);
    expect(seen().at(-1)).toEqual({ caller, at: expect.any(String) });
    expect(new Date((seen().at(-1) as { at: string }).at)).toEqual(app.clock.now());
    expect(app.query).toHaveBeenCalledTimes(1);
    await get('/optional', caller).expect(429);
    expect(app.query).toHaveBeenCalledTimes(2);
  });

  it.each([['nobody'], [undefined]])(
    'is undefined where it is optional and there is none: %s',
    async (caller) => {
      await get('/optional', caller).expect(200);
      expect(seen().at(-1)).toBeUndefined();
    },
  );

  it('stays hidden when the request is refused', async () => {
    const caller = anyone();
    await get('/optional', caller).expect(200);
    const before = seen().length;
    const refused = await get('/optional', caller).expect(429);
    expect(refused.text).not.toContain(caller);
    expect(seen()).toHaveLength(before);
  });

  it('is an error of the server on a route that does not say so, and where a number would be rounded', async () => {
    await get('/undeclared').expect(500);
    await get('/optional/rounded').expect(500);
  });
});

describe('a route that needs a session', () => {
  const seen = () => app.nest.get(NeededController).seen;

  it('gets it, in one statement with its limits', async () => {
    const caller = anyone();
    await get('/needed', caller).expect(200);
    expect(seen().at(-1)).toMatchObject({ caller });
    expect(app.query).toHaveBeenCalledTimes(1);
  });

  it('refuses who presents none apart from who presents a bad one, and neither reaches the handler', async () => {
    const before = seen().length;
    const none = await get('/needed').expect(401);
    expect(none.body.error).toBe('credential_malformed');
    const bad = await get('/needed', 'nobody').expect(401);
    expect(bad.body.error).toBe('session_not_found');
    expect(seen()).toHaveLength(before);
  });

  it('counts a request before it looks at the session', async () => {
    app.clock.advanceSeconds(60);
    await get('/needed', 'nobody').expect(401);
    await get('/needed', 'nobody').expect(429);
  });

  it('may ask for another than its controller does', async () => {
    await get('/needed/other', 'nobody').expect(200);
    expect(seen().at(-1)).toEqual({ caller: 'other' });
    await get('/needed/other').expect(401);
  });
});

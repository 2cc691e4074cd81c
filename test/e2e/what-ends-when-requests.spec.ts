import {
  EVENTS,
  EVENTS_OF_OWNERS,
  EVENTS_OF_PROVEN,
  MILDER_EVENTS,
  PHONE_EVENTS,
  type Event,
} from '../support/events.js';
import type { Lock } from '../support/interleaving.js';
import { Meetings, statusOf } from '../support/meetings.js';
import { REQUESTS, REQUESTS_IN_SESSION, REQUESTS_OF_SECOND, type Asking } from '../support/requests.js';

interface Group {
  factor: 'none' | 'email';
  requests: Record<string, Asking>;
  events: Record<string, Event>;
}

const FIRST: Group = {
  factor: 'none',
  requests: REQUESTS,
  events: { ...EVENTS, ...EVENTS_OF_OWNERS, ...MILDER_EVENTS },
};
const SECOND: Group = {
  factor: 'email',
  requests: { ...REQUESTS_OF_SECOND, ...REQUESTS_IN_SESSION },
  events: { ...EVENTS, ...EVENTS_OF_PROVEN, ...PHONE_EVENTS },
};

const locksOf = (request: string): Lock[] => [
  'account',
  'sessions',
  'attempts',
  ...(request.includes('wacht') ? (['browser sessions'] as const) : []),
];

describe('a code or link that is being sent while something happens that ends those before', () => {
  let world: Meetings;

  beforeAll(async () => {
    world = await Meetings.start();
  });
  afterAll(() => world.stop());

  describe.each([FIRST, SECOND])(
    'of an account with the second factor $factor',
    ({ factor, requests, events }) => {
      const pairs = Object.keys(events).flatMap((event) =>
        Object.keys(requests).map((request) => [event, request] as const),
      );
      const ready = async (event: string, request: string) => {
        const email = await world.person(factor);
        const happening = await (events[event] as Event)(world.app, email);
        world.tick();
        const asking = await (requests[request] as Asking)(world.app, email);
        world.tick();
        const happen = async () => expect(statusOf(await happening())).toBe(200);
        return { ...asking, happen, id: await world.idOf(email) };
      };

      it.each(pairs)('%s leaves nothing of %s that had done all but commit', async (event, request) => {
        const { send, happen, isTaken } = await ready(event, request);
        await world.order.meet(send, happen);
        expect(await isTaken()).toBe(false);
      });

      it.each(pairs)(
        '%s and %s, whichever lock either waits at, and whichever comes first',
        async (event, request) => {
          for (const lock of locksOf(request))
            for (const requestFirst of [true, false]) {
              const { send, happen, isTaken, id } = await ready(event, request);
              const [first, second] = requestFirst ? [send, happen] : [happen, send];
              const met = await world.order.meetAt(lock, id, first, second);
              // One that waits for the account itself may be made after the event, but for a session that has ended none is.
              const mustBeDead =
                request in REQUESTS_IN_SESSION || (requestFirst && (!met || lock !== 'account'));
              if (mustBeDead)
                expect([lock, requestFirst, await isTaken()]).toEqual([lock, requestFirst, false]);
            }
        },
      );

      it.each(Object.keys(requests))('nothing in its way, %s is taken', async (request) => {
        const asking = await (requests[request] as Asking)(world.app, await world.person(factor));
        world.tick();
        await asking.send();
        expect(await asking.isTaken()).toBe(true);
      });
    },
  );
});

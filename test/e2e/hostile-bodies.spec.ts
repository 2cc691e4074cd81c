import { MAX_MEMBERS, readJsonShape } from '../../apps/auth/src/http/json-shape.js';
import { TestApp } from '../support/test-app.js';

const LIMIT = 64 * 1024;
/** A call of each protocol that anybody can make, and one of the service itself. */
const PATHS = {
  navixy: '/user/auth',
  docspace: '/api/2.0/authentication',
  wacht: '/auth/signin',
  yat: '/auth/token',
  dfns: '/auth/recover/user/code',
  service: '/nowhere',
};

describe('bodies that are meant to do harm', () => {
  let app: TestApp;
  const send = (path: string, body: RequestInit['body'], headers: Record<string, string>) =>
    fetch(`${app.url}${path}`, { method: 'POST', body, headers });

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  describe.each(Object.entries(PATHS))('of %s', (_name, path) => {
    it('are refused as malformed with one member more than is allowed, and read with as many', async () => {
      const answer = async (body: string) => {
        const response = await send(path, body, { 'Content-Type': 'application/json' });
        return [response.status, await response.text()];
      };
      const malformed = await answer('{"unknown":[');
      // The brackets count, and one comma less than there are numbers.
      const members = (count: number) =>
        `{"unknown":[${Array(count - 1)
          .fill(0)
          .join()}]}`;
      expect(await answer(members(MAX_MEMBERS))).not.toEqual(malformed);
      expect(await answer(members(MAX_MEMBERS + 1))).toEqual(malformed);
    });

    it('are refused when a string in them never ends', async () => {
      for (const piece of ['"', '\\"', '"\\', '\\\\"', '["', '{"":"'])
        for (const type of ['application/json', 'text/plain']) {
          const body = piece.repeat(Math.floor((LIMIT - 1) / piece.length));
          expect((await send(path, body, { 'Content-Type': type })).status).toBeGreaterThanOrEqual(400);
          expect((await send(path, body, { 'Content-Type': type })).status).toBeLessThan(500);
        }
    });
  });

  it('take no longer to look through than harmless ones of their length, and no longer at all when a string never ends', () => {
    const spent = (text: string) => {
      const raw = Buffer.from(text);
      const before = process.cpuUsage();
      for (let i = 0; i < 20; i += 1) {
        try {
          readJsonShape(raw);
        } catch {
          // Refused: that, too, takes its time.
        }
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    for (const piece of ['"', '\\"', '"\\', '\\\\"', ':', ',', '[]', '{}', 'é', '"a":']) {
      const text = piece.repeat(LIMIT / piece.length);
      spent(text);
      // Quadratic, it was above 40,000 ms.
      expect(spent(text)).toBeLessThan(500);
    }
  });
});

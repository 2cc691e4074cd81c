import { gzipSync } from 'node:zlib';
import { readJsonShape } from '../../apps/auth/src/protocols/json-shape.js';
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
const FORM = '----the-form';

describe('bodies that are meant to do harm', () => {
  let app: TestApp;
  const send = (path: string, body: RequestInit['body'], headers: Record<string, string>) =>
    fetch(`${app.url}${path}`, { method: 'POST', body, headers });

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  describe.each(Object.entries(PATHS))('of %s', (_name, path) => {
    it.each(['gzip', 'deflate', 'br', 'GZIP', 'x-unknown', 'identity, gzip'])(
      'are refused when they are compressed (%s), whatever they are said to be',
      async (encoding) => {
        for (const type of [
          'application/json',
          'application/x-www-form-urlencoded',
          'text/plain',
          `multipart/form-data; boundary=${FORM}`,
        ]) {
          const headers = { 'Content-Type': type, 'Content-Encoding': encoding };
          const { status } = await send(path, gzipSync('"'.repeat(LIMIT)), headers);
          expect(status).toBe(415);
        }
      },
    );

    it('are read when they say that they are not compressed', async () => {
      const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'Identity' };
      expect((await send(path, '{}', headers)).status).not.toBe(415);
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

  describe('as forms with parts', () => {
    const form = (bytes: number) => {
      const end = `--${FORM}--\r\n`;
      let text = '';
      for (let field = 0; text.length + end.length < bytes; field += 1) {
        const head = `--${FORM}\r\nContent-Disposition: form-data; name="field${field}"\r\n\r\n`;
        const room = bytes - end.length - text.length - head.length - 2;
        text += `${head}${'x'.repeat(Math.min(room < 8000 ? room : 7000, 7900))}\r\n`;
      }
      return text + end;
    };
    const headers = { 'Content-Type': `multipart/form-data; boundary=${FORM}` };

    it('are read up to 64 KiB in all, and refused beyond, like every other body', async () => {
      const [most, more] = [form(LIMIT), form(LIMIT + 1)];
      expect([most.length, more.length]).toEqual([LIMIT, LIMIT + 1]);
      expect((await send(PATHS.wacht, most, headers)).status).toBe(400);
      const refused = await send(PATHS.wacht, more, headers);
      expect(refused.status).toBe(413);
      expect(await refused.json()).toMatchObject({ errors: [{ code: 'PAYLOAD_TOO_LARGE' }] });
    });

    it('are refused beyond that also when nobody says how long they are', async () => {
      const stream = new Blob([form(LIMIT + 1)]).stream();
      const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
      expect((await fetch(`${app.url}${PATHS.wacht}`, init)).status).toBe(413);
    });
  });
});

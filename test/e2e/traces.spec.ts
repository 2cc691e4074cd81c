import { inspect } from 'node:util';
import { sql } from '@app/database';
import { PinoLoggerService } from '../../apps/auth/src/http/logger.js';
import { NavixyClient } from '../support/navixy-client.js';
import { DfnsClient } from '../support/dfns-client.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WAYS_IN } from '../support/ways-in.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

const PATH = /^(?:\/[a-z-]+)+$/;

describe('traces', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = await OtlpReceiver.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await receiver.stop();
  });

  const start = (more = {}) => TestApp.start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more });

  it('have a span of the request in the trace of its caller, and in it one of each statement; and one of a hand-over', async () => {
    const app = await start({ OTEL_SERVICE_NAME: 'front-door' });
    await app.createAccount({ email: 'liv@example.com' });
    const body = JSON.stringify({ login: 'liv@example.com', password: PASSWORD });
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const headers = { 'Content-Type': 'application/json', traceparent, tracestate: 'who=liv@example.com' };
    await fetch(`${app.url}/user/auth`, { method: 'POST', headers, body });
    await app.mailbox.newest('liv@example.com');
    await app.stop();

    const mine = receiver.spans.filter(({ traceId }) => traceId === TRACE);
    const [request] = mine.filter(({ parentSpanId }) => parentSpanId === PARENT);
    expect(request?.name).toMatch(/^POST .*user\/auth/);
    expect(request?.attributes).toEqual(
      expect.arrayContaining([
        { key: 'http.response.status_code', value: { intValue: expect.anything() } },
        { key: 'countersign.protocol', value: { stringValue: 'navixy' } },
      ]),
    );
    const inside = mine.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(inside.map(({ name }) => name)).toContain('NavixySignInService.open');
    expect(receiver.spans.map(({ name }) => name)).toContain('send email');
    expect(receiver.bodies.join('')).toContain('front-door');
    expect(receiver.bodies.join('')).not.toContain('example.com');
  });

  it.each([
    ['nothing says where they go', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['OTEL_SDK_DISABLED=true', { OTEL_SDK_DISABLED: 'true' }],
    ['OTEL_TRACES_EXPORTER=none', { OTEL_TRACES_EXPORTER: 'none' }],
  ])('are not made when %s', async (_why, variables) => {
    const app = await start(variables);
    await fetch(`${app.url}/health/live`);
    await app.stop();
    expect(receiver.bodies).toEqual([]);
  });

  /** Long words without a blank, but for paths of calls: credentials of requests and answers. */
  function keepCredentials(into: Set<string>): void {
    const real = globalThis.fetch;
    const keep = (text: string) => {
      for (const [word] of text.matchAll(/[\w+/=-]{24,}(?:\.[\w-]+)*/g)) if (!PATH.test(word)) into.add(word);
    };
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, options) => {
      if (String(url).includes(receiver.url) || String(url).endsWith('/metrics')) return real(url, options);
      const headers = new Headers(options?.headers);
      keep(`${headers.get('cookie')} ${headers.get('authorization')}`);
      if (typeof options?.body === 'string') keep(options.body);
      const response = await real(url, options);
      keep(`${response.headers.get('set-cookie')} ${await response.clone().text()}`);
      return response;
    });
  }

  it('hold no secret of five protocols, and neither do the log and the metrics', async () => {
    const lines: string[] = [];
    jest
      .spyOn(PinoLoggerService.prototype as never, 'write')
      .mockImplementation(((...said: unknown[]) => void lines.push(inspect(said, { depth: 9 }))) as never);
    const app = await start({ LOG_LEVEL: 'debug' });
    const secrets = new Set([PASSWORD]);
    keepCredentials(secrets);
    for (const [index, approach] of Object.values(WAYS_IN).entries()) {
      const email = `planted-${index}@example.com`;
      await app.createAccount({ email, secondFactor: 'none' });
      await (await approach(app, email)).send();
    }
    await app.createAccount({ email: 'planted-code@example.com' });
    const { hash, code } = await new NavixyClient(app).pending('planted-code@example.com');
    await new NavixyClient(app).verify(hash, code);
    await new DfnsClient(app).recoveryCode('planted-code@example.com');
    const mails = app.mailbox.messages('planted-code@example.com').map(({ text }) => text);
    for (const [word] of mails.join(' ').matchAll(/\b\d{6}\b|\d{4}(?:-\d{4}){3}/g)) secrets.add(word);
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    const hashes = await app.rows<{ value: string }>(sql`
      SELECT secret_hash AS value FROM attempts WHERE secret_hash IS NOT NULL UNION SELECT password_hash FROM accounts`);
    await app.stop();

    const places = { log: lines.join('\n'), metrics, traces: receiver.bodies.join('\n') };
    expect(secrets.size).toBeGreaterThan(15);
    expect(receiver.spans.length).toBeGreaterThan(30);
    expect(lines.length).toBeGreaterThan(30);
    for (const [place, text] of Object.entries(places)) {
      const words = new Set(text.split(/[^\w+/=.-]+/));
      const found = [...secrets].filter(
        (secret) => words.has(secret) || (secret.length > 9 && text.includes(secret)),
      );
      expect([place, found, text.includes('planted-')]).toEqual([place, [], false]);
      for (const { value } of hashes) expect(text.includes(value)).toBe(false);
    }
  });
});

import { gzipSync } from 'node:zlib';
import { BODY_LIMIT_BYTES } from '../../apps/auth/src/http/read-body.js';
import { TestApp } from '../support/test-app.js';

/** A call of each protocol, and its own words for a body that is compressed. */
const CALLS: [name: string, path: string, refusal: object][] = [
  ['navixy', '/v2/user/auth', { success: false, status: { code: 5, description: 'Wrong request format' } }],
  [
    'docspace',
    '/api/2.0/authentication',
    { status: 1, statusCode: 415, error: { message: 'The request body must not be compressed' } },
  ],
  ['wacht', '/auth/signin', { status: 415, data: null, errors: [{ code: 'UNSUPPORTED_MEDIA_TYPE' }] }],
  ['yat', '/auth/token', { error: 'The request must not be compressed', fields: {} }],
  ['dfns', '/auth/login/init', { error: { id: 'encoding_unsupported', status: 415 } }],
  ['no protocol', '/reset-password', { statusCode: 415, error: 'encoding_unsupported' }],
];
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'text/plain',
  undefined,
];
const ENCODINGS = ['gzip', 'GZIP', 'br', 'deflate', 'gzip, identity', 'nonsense'];

describe('bodies of requests', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  const send = (path: string, body: RequestInit['body'], headers: Record<string, string>) =>
    fetch(`${app.url}${path}`, { method: 'POST', body, headers });
  const typed = (type?: string): Record<string, string> => (type ? { 'Content-Type': type } : {});

  it.each(CALLS)('%s refuses a compressed one of any type in its own words', async (_, path, refusal) => {
    for (const type of TYPES)
      for (const encoding of ENCODINGS) {
        const answer = await send(path, gzipSync('{}'), { ...typed(type), 'Content-Encoding': encoding });
        expect(answer.status).toBe(415);
        expect(answer.headers.get('accept-encoding')).toBe('identity');
        expect(await answer.json()).toMatchObject(refusal);
      }
  });

  it.each(CALLS)(
    '%s reads one that says it is not compressed, and minds no coding of none',
    async (_, path) => {
      for (const encoding of ['identity', 'Identity'])
        expect(
          (await send(path, '{}', { ...typed('application/json'), 'Content-Encoding': encoding })).status,
        ).not.toBe(415);
      expect((await send(path, undefined, { 'Content-Encoding': 'gzip' })).status).not.toBe(415);
    },
  );

  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const multipart = (bytes: number) => {
    const form = `${part('strategy', 'x')}--b--\r\n`;
    return form + ' '.repeat(bytes - form.length);
  };
  const json = (bytes: number) => `{"pad":"${'x'.repeat(bytes - '{"pad":""}'.length)}"}`;
  const form = (bytes: number) => `pad=${'x'.repeat(bytes - 'pad='.length)}`;
  const inPieces = (body: string) => new Blob([body]).stream();

  it.each([
    ['JSON', 'application/json', json],
    ['urlencoded', 'application/x-www-form-urlencoded', form],
    ['multipart', 'multipart/form-data; boundary=b', multipart],
  ])(
    '%s of 64 KiB is read, and one byte more is 413, whether its length is told or not',
    async (_, type, made) => {
      for (const [bytes, status] of [
        [BODY_LIMIT_BYTES, 400],
        [BODY_LIMIT_BYTES + 1, 413],
      ] as const) {
        expect((await send('/auth/signin', made(bytes), typed(type))).status).toBe(status);
        const unannounced = {
          method: 'POST',
          body: inPieces(made(bytes)),
          headers: typed(type),
          duplex: 'half',
        };
        expect((await fetch(`${app.url}/auth/signin`, unannounced as RequestInit)).status).toBe(status);
      }
    },
  );

  it('a form with parts arrives whole', async () => {
    const answer = await send(
      '/auth/identifier-availability',
      `${part('username', 'ada.l')}--b--\r\n`,
      typed('multipart/form-data; boundary=b'),
    );
    expect(await answer.json()).toMatchObject({
      status: 200,
      data: { available: true, identifier: 'ada.l' },
    });
  });
});

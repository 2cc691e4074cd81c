import { Logger } from '@nestjs/common';
import { SmsReceiver } from '../support/sms-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { emptyMessages, Replica, type MessageRow } from './delivery-replica.js';

const TO = '+4915112345678';
const json = { 'Content-Type': 'application/json' };
const SID = 'SM0123456789abcdef0123456789abcdef';
const VONAGE_ID = '0A0000000123ABCD1';

describe('texts by an API', () => {
  const clock = new TestClock();
  let testDatabase: TestDatabase;
  let api: SmsReceiver;
  let replica: Replica | undefined;

  const start = async (SMS_URL: string, env: Record<string, string> = {}) => {
    replica = await Replica.start(testDatabase.url, clock, {
      SMTP_URL: 'smtp://127.0.0.1:1',
      SMS_URL,
      ...env,
    });
    return replica;
  };
  const host = () => new URL(api.url()).host;
  const twilio = () => `twilio://AC1:to%3Aken@${host()}?from=+15550100`;
  const vonage = () => `vonage://key:sec%2Fret@${host()}?from=+15550100`;
  const send = (by: Replica) => by.send({ channel: 'sms', to: TO });
  const answers = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    api.answer = (response) => response.writeHead(status, { ...json, ...headers }).end(JSON.stringify(body));
  };
  const form = () => Object.fromEntries(new URLSearchParams(api.received[0]?.body));
  /** The row as soon as its first try is recorded. */
  const tried = async (by: Replica): Promise<MessageRow> => {
    const id = await send(by);
    await by.failed(id, 1);
    return by.message(id);
  };

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    api = await SmsReceiver.start();
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.drop();
  });
  beforeEach(() => {
    api.reset();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(async () => {
    await replica?.stop();
    await emptyMessages(testDatabase.url);
    jest.restoreAllMocks();
  });

  it('reach Twilio as its Messages resource has it, for no longer than the code lives', async () => {
    const by = await start(twilio());
    answers(201, { sid: SID, status: 'queued', error_code: null });
    expect(await by.settled(await send(by), 'sent')).toMatchObject({ provider: 'twilio', provider_id: SID });
    expect(api.received[0]).toMatchObject({
      path: '/2010-04-01/Accounts/AC1/Messages.json',
      headers: { authorization: `Basic ${Buffer.from('AC1:to:ken').toString('base64')}` },
    });
    expect(form()).toMatchObject({ To: TO, From: '+15550100', ValidityPeriod: '300' });
    expect(form()['Body']).toContain('493027');
  });

  it.each([
    [400, 21211, 'refused'],
    [400, 21610, 'refused'],
    [400, 21408, 'queued'],
    [401, 20003, 'queued'],
    [404, 20404, 'queued'],
    [429, 20429, 'queued'],
    [500, 20500, 'queued'],
  ])('take from Twilio’s %d with code %d that they are %s', async (status, code, state) => {
    const by = await start(twilio());
    const message = `The 'To' number ${TO} is not valid.`;
    answers(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
    const row = await tried(by);
    expect(row).toMatchObject({ state, last_error: `HTTP ${status} code ${code}` });
    expect(JSON.stringify(row.hand_overs)).not.toContain(TO);
  });

  it('reach Vonage as its SMS API has it, under an id of ours', async () => {
    const by = await start(vonage());
    answers(200, {
      'message-count': '1',
      messages: [{ to: '4915112345678', 'message-id': VONAGE_ID, status: '0' }],
    });
    const id = await send(by);
    expect(await by.settled(id, 'sent')).toMatchObject({ provider: 'vonage', provider_id: VONAGE_ID });
    expect(api.received[0]?.path).toBe('/sms/json');
    expect(form()).toMatchObject({
      api_key: 'key',
      api_secret: 'sec/ret',
      from: '15550100',
      to: '4915112345678',
      ttl: '300000',
      'client-ref': id,
    });
  });

  it.each([
    ['1', 'queued'],
    ['4', 'queued'],
    ['6', 'refused'],
    ['7', 'refused'],
    ['9', 'queued'],
  ])('take from Vonage’s status %s under a 200 that they are %s', async (status, state) => {
    const by = await start(vonage());
    answers(200, { 'message-count': '1', messages: [{ status, 'error-text': `no ${TO}` }] });
    expect(await tried(by)).toMatchObject({ state, last_error: `status ${status}`, provider_id: null });
  });

  it.each([
    ['is no JSON', 'OK'],
    ['says nothing', {}],
    ['has 10 MB', { messages: [{ status: '0', filler: 'x'.repeat(10_000_000) }] }],
  ])('are not taken as sent by an answer that %s', async (_, body) => {
    const by = await start(vonage());
    answers(200, body);
    expect(await tried(by)).toMatchObject({ state: 'queued', last_error: 'HTTP 200 without a status' });
  });

  it.each([
    ['hangs', () => undefined, /TimeoutError/],
    [
      'breaks off',
      (response: { destroy(): unknown }) => void response.destroy(),
      /ECONNRESET|UND_ERR|TypeError/,
    ],
  ])('are tried again when the API %s', async (_, answer, reason) => {
    const by = await start(twilio(), { SMTP_TIMEOUT_SECONDS: '1' });
    api.answer = answer;
    expect(await tried(by)).toMatchObject({ state: 'queued', last_error: expect.stringMatching(reason) });
  });

  it('are no longer brought to who asks for a pause, and go to the next', async () => {
    const by = await start(
      `${twilio()},https://user@127.0.0.1:1/`.replace('https://user@127.0.0.1:1/', api.url('/hook')),
      {
        WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
      },
    );
    api.answer = (response) => {
      const busy = api.received.at(-1)?.path !== '/hook';
      response.writeHead(busy ? 429 : 200, busy ? { 'Retry-After': '30' } : {}).end();
    };
    expect(await by.settled(await send(by), 'sent')).toMatchObject({ tries: 2 });
    clock.advanceSeconds(29);
    expect(await by.settled(await send(by), 'sent')).toMatchObject({ tries: 1 });
    expect(api.received.map(({ path }) => path)).toEqual([
      expect.stringContaining('/Messages.json'),
      '/hook',
      '/hook',
    ]);
  });
});

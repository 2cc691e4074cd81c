import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const WRONG_LIMIT = 6;

describe('the metrics of outcomes', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeEach(async () => {
    app = await TestApp.start({ ACCOUNT_WRONG_CODES_LIMIT: String(WRONG_LIMIT) });
    client = new NavixyClient(app);
    await app.createAccount({ email: 'mia@example.com' });
  });
  afterEach(() => app.stop());

  /** Samples of one metric by their labels, as they stand in the text. */
  async function samples(name: string): Promise<Record<string, number>> {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    const lines = text.matchAll(new RegExp(`^countersign_${name}(?:\\{(.*)\\})? (.+)$`, 'gm'));
    return Object.fromEntries([...lines].map(([, labels = '', value]) => [labels, Number(value)]));
  }
  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();
  const wrong = (code: string) => (code === '000000' ? '000001' : '000000');

  it('count a sign-in: its attempts, guesses and mails', async () => {
    await client.pending('mia@example.com');
    const { hash, code } = await client.pending('mia@example.com');
    await client.verify(hash, wrong(code));
    await client.verify(hash, code);
    await client.verify(hash, code);
    const of = 'purpose="second_factor",method="email"';
    expect(await samples('attempts_opened_total')).toEqual({ [of]: 2 });
    expect(await samples('attempts_ended_total')).toEqual({
      [`${of},end="consumed"`]: 1,
      [`${of},end="superseded"`]: 1,
    });
    expect(await samples('guesses_total')).toEqual({
      'protocol="navixy",result="wrong"': 1,
      'protocol="navixy",result="right"': 1,
    });
    const sent = 'channel="email",provider="mailbox",outcome="sent"';
    await until(async () => (await samples('sends_total'))[sent] === 2);
    expect((await samples('send_seconds_count'))['channel="email",provider="mailbox"']).toBe(2);
  });

  it('tell attempts whose tries are spent, the guess that spends a budget, and what is refused then', async () => {
    const first = await client.pending('mia@example.com');
    for (let guess = 1; guess < WRONG_LIMIT; guess += 1) await client.verify(first.hash, wrong(first.code));
    expect((await samples('guess_budgets_spent_total'))['factor="second"']).toBeUndefined();
    expect(await samples('attempts_ended_total')).toMatchObject({
      'purpose="second_factor",method="email",end="exhausted"': 1,
    });
    const second = await client.pending('mia@example.com');
    await client.verify(second.hash, wrong(second.code));
    expect(await samples('guess_budgets_spent_total')).toEqual({ 'factor="second"': 1 });
    await client.verify(second.hash, second.code);
    expect(await samples('guesses_total')).toEqual({
      'protocol="navixy",result="wrong"': WRONG_LIMIT,
      'protocol="navixy",result="refused"': 1,
    });
  });

  it('tell what ran out of time, and of each duty of housekeeping what it took and when', async () => {
    const taken = async () => (await samples('housekeeping_rows_total'))['duty="attempts_expired"'];
    expect(await taken()).toBe(0);
    await client.pending('mia@example.com');
    app.clock.advanceSeconds(300);
    await tidyUp();
    expect(await taken()).toBe(1);
    expect(await samples('attempts_ended_total')).toEqual({
      'purpose="second_factor",method="email",end="expired"': 1,
    });
    const done = await samples('housekeeping_last_success_timestamp_seconds');
    expect(Object.keys(done).sort()).toEqual(Object.keys(await samples('housekeeping_rows_total')).sort());
    expect(new Set(Object.values(done))).toEqual(new Set([app.clock.now().getTime() / 1000]));
  });

  it('show what requests wait for: connections and turns at hashing', async () => {
    expect(await samples('database_connections_max')).toEqual({ '': 10 });
    const { 'state="busy"': busy, 'state="idle"': idle } = await samples('database_connections');
    expect([busy, idle]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(await samples('database_waiting')).toEqual({ '': 0 });
    expect(await samples('password_hashes')).toEqual({ 'state="running"': 0, 'state="waiting"': 0 });
    expect(await samples('password_hashes_refused_total')).toEqual({ '': 0 });
  });
});

import { AccountsService, AccountTimelineService, type TimelineEntry } from '@app/administration';
import { DataSource } from 'typeorm';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

describe('the timeline of an account', () => {
  let app: TestApp;
  let service: AccountTimelineService;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    service = new AccountTimelineService(app.nest.get(DataSource));
  });
  afterAll(() => app.stop());

  const timelineOf = async (id: string, most = 100, below?: string) =>
    service.of(await app.nest.get(AccountsService).find(id), app.clock.now(), most, below);
  const kindOf = (entry: TimelineEntry) =>
    'event' in entry
      ? `${entry.event.event} ${entry.event.outcome}`
      : 'message' in entry
        ? 'message'
        : 'attempt';

  async function signIn() {
    const { id, email } = await app.given.person({ factor: 'email' });
    const navixy = new NavixyClient(app);
    const { hash, code } = await navixy.pending(email);
    await navixy.verify(hash, code === '000000' ? '000001' : '000000');
    await navixy.verify(hash, code);
    return { id, email, code };
  }

  it('tells what was asked, sent, guessed wrongly and rightly, the newest first', async () => {
    const { id } = await signIn();
    const { entries, cursor } = await timelineOf(id);
    expect(cursor).toBeUndefined();
    const kinds = entries.map(kindOf);
    expect(kinds.indexOf('code.verify redeemed')).toBe(0);
    expect(kinds.indexOf('code.verify wrong')).toBe(1);
    expect(kinds).toEqual(expect.arrayContaining(['message', 'attempt', 'account.create done']));
    expect(kinds.at(-1)).toBe('account.create done');
    expect(entries.find((entry) => 'attempt' in entry)).toMatchObject({
      sentence: expect.stringContaining('answered rightly'),
      attempt: { status: 'consumed', triesLeft: 4 },
    });
    expect(entries.find((entry) => 'message' in entry)).toMatchObject({
      sentence: expect.stringContaining('handed over'),
      message: { state: 'sent', handOvers: [expect.objectContaining({ outcome: 'sent' })] },
      reports: [],
    });
  });

  it('holds no code, no hash and no whole address', async () => {
    const { id, email, code } = await signIn();
    const text = JSON.stringify(await timelineOf(id));
    for (const secret of [code, email, 'secretHash', 'factsSealed', 'keyId', 'subject'])
      expect(text).not.toContain(secret);
  });

  it('is the same page by page, whatever the length of one', async () => {
    const { id } = await signIn();
    const whole = (await timelineOf(id)).entries.map((entry) => entry.id);
    for (const most of [1, 3, whole.length - 1, whole.length]) {
      const ids: string[] = [];
      let pages = 0;
      for (let below: string | undefined; ; pages += 1) {
        const page = await timelineOf(id, most, below);
        ids.push(...page.entries.map((entry) => entry.id));
        below = page.cursor;
        if (!below) break;
      }
      expect([most, ids, pages + 1]).toEqual([most, whole, Math.ceil(whole.length / most)]);
    }
  });

  it('has nothing of anybody else', async () => {
    const [one, other] = [await signIn(), await signIn()];
    const ids = new Set((await timelineOf(one.id)).entries.map(({ id }) => id));
    expect((await timelineOf(other.id)).entries.filter(({ id }) => ids.has(id))).toEqual([]);
  });

  it('says of an attempt that an event at the account has ended what its row does not', async () => {
    const { id, email } = await app.given.person({ factor: 'email' });
    await new NavixyClient(app).pending(email);
    const accounts = app.nest.get(AccountsService);
    await accounts.disable(app.operatorCall(), await accounts.find(id));
    const attempt = (await timelineOf(id)).entries.find((entry) => 'attempt' in entry);
    expect(attempt).toMatchObject({ attempt: { status: 'superseded' } });
  });

  it.each(['x', '-1', '9223372036854775808'])('refuses the cursor %j', async (below) => {
    const { id } = await app.given.person();
    await expect(timelineOf(id, 1, below)).rejects.toMatchObject({ code: 'invalid_parameters' });
  });
});

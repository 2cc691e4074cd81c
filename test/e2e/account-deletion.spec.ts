import { AccountDeletion, AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { Interleaving } from '../support/interleaving.js';
import { everywhere, told } from '../support/notices.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const DELAY_SECONDS = 14 * 86_400;

describe('an account that is to be deleted', () => {
  let app: TestApp;
  let yat: YatClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', SMS_URL: '' });
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  const deletion = () => app.nest.get(AccountDeletion);
  const ask = (id: string, delaySeconds?: number) => deletion().ask(app.operatorCall(), id, delaySeconds);
  const restore = (id: string) => deletion().restore(app.operatorCall(), id);
  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();
  const isThere = async (id: string) =>
    (await app.rows(sql`SELECT FROM accounts WHERE id = ${id}`)).length === 1;
  const outcomes = async (id: string) =>
    (
      await app.rows<{ outcome: string }>(
        sql`SELECT event || ' ' || outcome AS outcome FROM audit_events WHERE account_id = ${id} AND event LIKE 'account.%' ORDER BY id`,
      )
    ).map(({ outcome }) => outcome);

  it('lets nobody in, keeps its names, and is deleted when its time has come and not before', async () => {
    const { id, email } = await app.given.person();
    const { access_token, refresh_token } = (await yat.signIn(email)).body;
    await ask(id);
    expect((await yat.account(access_token)).status).toBe(401);
    expect((await yat.refresh(refresh_token)).status).toBe(401);
    expect((await yat.signIn(email)).status).not.toBe(200);
    await expect(app.createAccount({ email })).rejects.toThrow('Another account has this email.');
    app.clock.advanceSeconds(DELAY_SECONDS - 1);
    await tidyUp();
    expect(await isThere(id)).toBe(true);
    app.clock.advanceSeconds(1);
    await tidyUp();
    expect(await isThere(id)).toBe(false);
    expect(await outcomes(id)).toEqual([
      'account.create done',
      'account.delete asked',
      'account.delete deleted',
    ]);
    expect((await yat.signIn((await app.given.person({ email })).email)).status).toBe(200);
  });

  it('tells every channel when it will be, and when it is', async () => {
    const phone = app.given.phone();
    const one = await app.given.person({ phone });
    await ask(one.id);
    expect(await told(app, one.id)).toEqual(everywhere('account_deleting', { ...one, phone }));
    const mail = await app.mailbox.newest(one.email);
    expect(mail.text).toContain('will be deleted on');
    app.clock.advanceSeconds(DELAY_SECONDS);
    const last = await app.mailbox.sentBy(one.email, /was deleted/, tidyUp);
    expect(last.text).toContain('Nobody can bring it back.');
    const rows = await app.rows(sql`
      SELECT channel, template, account_id FROM messages WHERE recipient IN (${one.email}, ${phone}) ORDER BY channel`);
    expect(rows).toEqual([
      { channel: 'email', template: 'account_deleted', account_id: null },
      { channel: 'sms', template: 'account_deleted', account_id: null },
    ]);
  });

  it('is open again when it is restored, without the sessions that it had', async () => {
    const { id, email } = await app.given.person();
    const { access_token } = (await yat.signIn(email)).body;
    await ask(id);
    expect(await restore(id)).toBe('open');
    expect(await restore(id)).toBeUndefined();
    app.clock.advanceSeconds(DELAY_SECONDS);
    await tidyUp();
    expect((await yat.account(access_token)).status).toBe(401);
    expect((await yat.signIn(email)).status).toBe(200);
    expect(await outcomes(id)).toEqual([
      'account.create done',
      'account.delete asked',
      'account.restore done',
    ]);
  });

  it.each(['before', 'meanwhile'])(
    'stays disabled when it is restored, where an operator had disabled it %s',
    async (when) => {
      const { id, email } = await app.given.person();
      const disable = async () => {
        const accounts = app.nest.get(AccountsService);
        await accounts.disable(app.operatorCall(), await accounts.find(id));
      };
      if (when === 'before') await disable();
      await ask(id);
      if (when === 'meanwhile') await disable();
      expect(await restore(id)).toBe('disabled');
      expect((await yat.signIn(email)).status).not.toBe(200);
    },
  );

  it('is not opened by `enable`, which is not what was asked for', async () => {
    const { id } = await app.given.person();
    const accounts = app.nest.get(AccountsService);
    await ask(id);
    await expect(accounts.enable(app.operatorCall(), await accounts.find(id))).rejects.toThrow(
      'account restore',
    );
    expect(await restore(id)).toBe('open');
  });

  it('keeps its time when it is asked for again, unless it is to be earlier', async () => {
    const { id } = await app.given.person();
    const { dueAt } = (await ask(id)) ?? {};
    app.clock.advanceSeconds(60);
    expect(await ask(id)).toBeUndefined();
    expect((await ask(id, 600))?.dueAt.getTime()).toBeLessThan(dueAt?.getTime() as number);
    expect(await ask(id, 0)).toMatchObject({ dueAt: app.clock.now() });
    expect(await isThere(id)).toBe(false);
  });

  it('is asked for once by any number at once, and told of once', async () => {
    const { id, email } = await app.given.person();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(id)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await told(app, id)).toEqual([`email account_deleting ${email}`]);
  });

  it('is deleted once by any number of replicas, with one last message', async () => {
    const { id, email } = await app.given.person();
    await ask(id);
    app.clock.advanceSeconds(DELAY_SECONDS);
    const call = { ...app.operatorCall(), protocol: 'self' };
    await Promise.all(Array.from({ length: 6 }, () => deletion().purge(call, 100)));
    expect(await outcomes(id)).toEqual([
      'account.create done',
      'account.delete asked',
      'account.delete deleted',
    ]);
    expect(await app.rows(sql`SELECT FROM messages WHERE recipient = ${email}`)).toHaveLength(1);
  });

  it('is either restored or deleted when both come at the same moment', async () => {
    const order = await Interleaving.of(app.databaseUrl);
    const due = async () => {
      const { id } = await app.given.person();
      await ask(id);
      app.clock.advanceSeconds(DELAY_SECONDS);
      return id;
    };
    const kept = await due();
    const [restored] = await order.meet(() => restore(kept), tidyUp);
    expect([restored, await isThere(kept)]).toEqual(['open', true]);
    const gone = await due();
    const [, late] = await order.meet(tidyUp, () => restore(gone));
    expect([late, await isThere(gone)]).toEqual([undefined, false]);
    await order.end();
  });

  it('is shut by a process that dies before it has deleted it, and housekeeping goes on', async () => {
    const { id, email } = await app.given.person();
    await app.rows(sql`
      UPDATE accounts SET deletion_due_at = ${app.clock.now()}::timestamptz, disabled_at = ${app.clock.now()}::timestamptz WHERE id = ${id}`);
    expect((await yat.signIn(email)).status).not.toBe(200);
    await tidyUp();
    expect(await isThere(id)).toBe(false);
  });

  it('is not deleted where a replica of the release before has opened it again', async () => {
    const { id } = await app.given.person();
    await ask(id);
    await app.rows(sql`UPDATE accounts SET disabled_at = NULL WHERE id = ${id}`);
    app.clock.advanceSeconds(DELAY_SECONDS);
    await tidyUp();
    expect(await isThere(id)).toBe(true);
  });

  it('that cannot be deleted does not keep others', async () => {
    const [one, other] = [await app.given.person(), await app.given.person()];
    await ask(one.id, 1);
    await ask(other.id, 2);
    await app.rows(sql`CREATE TABLE in_the_way (account_id bigint REFERENCES accounts (id))`);
    await app.rows(sql`INSERT INTO in_the_way SELECT id FROM accounts WHERE id = ${one.id}`);
    app.clock.advanceSeconds(2);
    await tidyUp();
    await app.rows(sql`DROP TABLE in_the_way`);
    expect([await isThere(one.id), await isThere(other.id)]).toEqual([true, false]);
  });
});

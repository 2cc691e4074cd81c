import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, type Challenge, type Member } from '../support/dfns-people.js';
import { NavixyClient } from '../support/navixy-client.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/recover/user';

describe('POST /auth/recover/user', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  async function lost(extra: object = {}) {
    const member = await people.member(extra);
    return { member, challenge: await people.recoveryChallenge(member) };
  }

  function body({ recoveryKey }: Member, { challenge }: Challenge, key = new SoftwareKey('Key')) {
    const newCredentials = { firstFactorCredential: key.create(challenge) };
    return { recovery: recoveryKey.recover(newCredentials), newCredentials };
  }

  const recover = (sent: unknown, { temporaryAuthenticationToken: token }: Challenge) =>
    client.post(PATH, sent, token);
  const activeKeys = (id: string) =>
    app.rows<{ credential_id: string }>(
      sql`SELECT credential_id FROM credentials WHERE account_id = ${id} AND revoked_at IS NULL`,
    );

  describe('200', () => {
    it('gives the account new keys in the place of all former ones, and answers the new one and whose it is', async () => {
      const { member, challenge } = await lost();
      const key = new SoftwareKey('Key');
      const answer = await recover(body(member, challenge, key), challenge);
      expect(answer.body).toEqual({
        credential: { uuid: expect.stringMatching(/^[0-9a-f-]{36}$/), kind: 'Key', name: 'my Key' },
        user: { id: member.uuid, username: member.email, orgId: 'or-30tnh-itmjs-s235s5ontr3r23h2' },
      });
      expect(await activeKeys(member.id)).toEqual([{ credential_id: key.credId }]);
      expect((await people.login({ email: member.email, key })).status).toBe(200);
      expect((await people.login(member)).status).toBe(401);
    });

    it('takes a passkey as the new first factor, and a new recovery key beside it', async () => {
      const { member, challenge } = await lost();
      const passkey = new SoftwareAuthenticator();
      const fresh = new SoftwareKey('RecoveryKey');
      const newCredentials = {
        firstFactorCredential: passkey.create(challenge.challenge),
        recoveryCredential: { ...fresh.create(challenge.challenge), encryptedPrivateKey: 'new' },
      };
      const answer = await recover(
        { recovery: member.recoveryKey.recover(newCredentials), newCredentials },
        challenge,
      );
      expect(answer).toMatchObject({ status: 200, body: { credential: { kind: 'Fido2' } } });
      expect((await people.login({ email: member.email, key: passkey })).status).toBe(200);
      app.clock.advanceSeconds(60);
      const again = await people.recoveryChallenge({ email: member.email, recoveryKey: fresh });
      expect(again.allowedRecoveryCredentials).toEqual([{ id: fresh.credId, encryptedRecoveryKey: 'new' }]);
    });

    it('compares the signed keys with the text as it was sent: odd order, white space and escapes included', async () => {
      const { member, challenge } = await lost();
      const { credentialInfo, ...rest } = new SoftwareKey('Key').create(challenge.challenge);
      const newCredentials = { firstFactorCredential: { credentialInfo, ...rest } };
      const text = JSON.stringify(newCredentials, null, 1).replace('my Key', '\\u006dy Key');
      const assertion = member.recoveryKey.get(Buffer.from(text).toString('base64url'));
      const sent = `{"newCredentials": ${text}, "recovery": ${JSON.stringify({ kind: 'RecoveryKey', credentialAssertion: assertion })}}`;
      const headers = {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${challenge.temporaryAuthenticationToken}`,
      };
      expect((await client.send(PATH, { body: sent, headers })).status).toBe(200);
    });

    it('ends every session of the account, in all protocols', async () => {
      const { member, challenge } = await lost();
      const token = (await people.login(member)).body.token;
      const navixy = new NavixyClient(app);
      const { hash } = (await navixy.signIn(member.email)).body;
      await recover(body(member, challenge), challenge);
      expect(
        await app.rows(sql`SELECT FROM sessions WHERE account_id = ${member.id} AND ended_at IS NULL`),
      ).toEqual([]);
      expect((await client.call('PUT', '/auth/logout', undefined, token)).status).toBe(401);
      expect((await navixy.post('/user/get_info', undefined, hash)).body.status?.code).toBe(4);
    });

    it('keeps the second factor, and refuses to give another', async () => {
      const { member, challenge } = await lost({ secondFactor: 'totp' });
      expect(challenge.supportedCredentialKinds.secondFactor).toEqual([]);
      expect(challenge.otpUrl).toBe('');
      const key = new SoftwareKey('Key');
      const firstFactorCredential = key.create(challenge.challenge);
      const other = {
        firstFactorCredential,
        secondFactorCredential: { credentialKind: 'Totp', credentialInfo: { otpCode: '123456' } },
      };
      const refused = await recover(
        { recovery: member.recoveryKey.recover(other), newCredentials: other },
        challenge,
      );
      expect(refused).toMatchObject({
        status: 400,
        body: { error: { details: { parameters: [{ parameter: 'secondFactorCredential' }] } } },
      });
      expect((await recover(body(member, challenge, key), challenge)).status).toBe(200);
      expect((await people.login({ email: member.email, key })).status).toBe(401);
      expect(await app.rows(sql`SELECT second_factor FROM accounts WHERE id = ${member.id}`)).toEqual([
        { second_factor: 'totp' },
      ]);
    });

    it('tells every channel of the account', async () => {
      const { member, challenge } = await lost({ phone: '+4915112345601' });
      await recover(body(member, challenge), challenge);
      await app.mailbox.newest('+4915112345601', 1);
      const sent = await app.rows<{ channel: string }>(
        sql`SELECT channel FROM messages WHERE account_id = ${member.id} AND template = 'recovery_completed' ORDER BY channel`,
      );
      expect(sent.map(({ channel }) => channel)).toEqual(['email', 'sms']);
    });
  });

  describe('401', () => {
    const cases: [string, (member: Member, challenge: Challenge) => unknown][] = [
      [
        'a recovery key of somebody else',
        (member, challenge) => body({ ...member, recoveryKey: new SoftwareKey('RecoveryKey') }, challenge),
      ],
      [
        'an ordinary key in place of the recovery key',
        (member, challenge) => body({ ...member, recoveryKey: member.key }, challenge),
      ],
      [
        'other keys than were signed',
        (member, challenge) => ({
          ...body(member, challenge),
          recovery: member.recoveryKey.recover({ firstFactorCredential: {} }),
        }),
      ],
      [
        'new keys made elsewhere',
        (member, { challenge }) => {
          const newCredentials = {
            firstFactorCredential: new SoftwareKey('Key').create(challenge, {
              origin: 'https://evil.example.com',
            }),
          };
          return { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
        },
      ],
      [
        'new keys for another challenge',
        (member) => {
          const newCredentials = { firstFactorCredential: new SoftwareAuthenticator().create('another') };
          return { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
        },
      ],
      [
        'a proof made elsewhere',
        (member, challenge) => {
          const sent = body(member, challenge);
          return {
            ...sent,
            recovery: member.recoveryKey.recover(sent.newCredentials, { origin: 'https://evil.example.com' }),
          };
        },
      ],
      [
        'a proof of another type',
        (member, challenge) => {
          const sent = body(member, challenge);
          return {
            ...sent,
            recovery: member.recoveryKey.recover(sent.newCredentials, { type: 'key.create' }),
          };
        },
      ],
    ];

    it.each(cases)('refuses %s, counts it, and changes nothing', async (_, make) => {
      const { member, challenge } = await lost();
      const before = await activeKeys(member.id);
      const answer = await recover(make(member, challenge), challenge);
      expect(answer).toMatchObject({
        status: 401,
        body: { error: { status: 401, message: 'Not Authorized.', details: {} } },
      });
      expect(await activeKeys(member.id)).toEqual(before);
      const [attempt] = await app.rows(
        sql`SELECT tries_left FROM attempts WHERE account_id = ${member.id} AND purpose = 'recovery_proof'`,
      );
      expect(attempt).toEqual({ tries_left: 4 });
      expect((await recover(body(member, challenge), challenge)).status).toBe(200);
    });

    it('refuses a token that is unknown, missing, expired, or of another call', async () => {
      const { member, challenge } = await lost();
      const sent = body(member, challenge);
      expect((await client.post(PATH, sent, 'unknown')).status).toBe(401);
      expect((await client.post(PATH, sent)).status).toBe(401);
      expect(
        (await client.post('/auth/registration', sent.newCredentials, challenge.temporaryAuthenticationToken))
          .status,
      ).toBe(401);
      app.clock.advanceSeconds(300);
      expect((await recover(sent, challenge)).status).toBe(401);
    });

    it('ends the challenge after five wrong answers', async () => {
      const { member, challenge } = await lost();
      const wrong = body({ ...member, recoveryKey: new SoftwareKey('RecoveryKey') }, challenge);
      for (let tries = 0; tries < 5; tries += 1) expect((await recover(wrong, challenge)).status).toBe(401);
      expect((await recover(body(member, challenge), challenge)).status).toBe(401);
    });
  });

  describe('abuse', () => {
    it('takes a recovery key once: revoked by the recovery, it recovers nothing more', async () => {
      const { member, challenge } = await lost();
      await recover(body(member, challenge), challenge);
      app.clock.advanceSeconds(60);
      const again = await people.recoveryChallenge(member);
      expect(again.allowedRecoveryCredentials).toEqual([]);
      expect((await recover(body(member, again), again)).status).toBe(401);
    });

    it('refuses a replay of the very same call', async () => {
      const { member, challenge } = await lost();
      const sent = body(member, challenge);
      expect((await recover(sent, challenge)).status).toBe(200);
      expect((await recover(sent, challenge)).status).toBe(401);
    });

    it('lets one of 16 simultaneous calls win, with different keys, and leaves that one key', async () => {
      const { member, challenge } = await lost();
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => recover(body(member, challenge), challenge)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(15).fill(401)]);
      expect(await activeKeys(member.id)).toHaveLength(1);
    });

    it('does not take the challenge of one account with the keys of another', async () => {
      const [one, other] = [await lost(), await lost()];
      expect((await recover(body(other.member, one.challenge), one.challenge)).status).toBe(401);
    });
  });
});

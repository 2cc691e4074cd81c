import { sql } from '@app/database';
import { DocspaceChallenge } from '../../apps/auth/src/code/docspace/second-factor/challenge.js';
import { Authenticator } from '../support/authenticator.js';
import { Federation } from '../support/federation.js';
import { OTHER_CLIENT } from '../support/identity-provider.js';

describe('abuse: a sign-in by way of an identity provider', () => {
  let acme: Federation;

  beforeAll(async () => {
    acme = await Federation.start();
  });
  afterAll(() => acme.stop());

  it('takes no token or code of another app at the same provider', async () => {
    const { sub } = await acme.person();
    const { access_token: accessToken } = await acme.idp.tokens(sub, OTHER_CLIENT);
    expect((await acme.signIn({ accessToken })).status).toBe(401);
    expect((await acme.signIn(await acme.profileOf(sub, OTHER_CLIENT))).status).toBe(401);
    expect((await acme.signIn({ codeOAuth: await acme.idp.authorize(sub, OTHER_CLIENT) })).status).toBe(401);
  });

  it('takes an authorization code once', async () => {
    const { sub } = await acme.person();
    const codeOAuth = await acme.idp.authorize(sub);
    const answers = await Promise.all([acme.signIn({ codeOAuth }), acme.signIn({ codeOAuth })]);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect((await acme.signIn({ codeOAuth })).status).toBe(401);
  });

  it('links one identity, whichever of two comes first with the same address at once', async () => {
    const { id, email, sub } = await acme.person();
    acme.idp.people.set(`${sub}-twin`, { sub: `${sub}-twin`, email, email_verified: true });
    const [own, twin] = await Promise.all([acme.profileOf(sub), acme.profileOf(`${sub}-twin`)]);
    const answers = await Promise.all([own, twin, own, twin, own, twin].map((proof) => acme.signIn(proof)));
    const [linked] = await acme.identities(id);
    expect(await acme.identities(id)).toHaveLength(1);
    const winners = linked?.subject === sub ? [0, 2, 4] : [1, 3, 5];
    expect(answers.map(({ status }, index) => (status === 200) === winners.includes(index))).not.toContain(
      false,
    );
  });

  it('is never both factors with the mailbox: not with a proof that tells no address either', async () => {
    const { id, sub } = await acme.person();
    await acme.signIn(await acme.profileOf(sub));
    await acme.app.rows(sql`UPDATE accounts SET second_factor = 'email' WHERE id = ${id}::bigint`);
    const { id_token: serializedProfile } = await acme.idp.tokens(sub);
    expect((await acme.signIn({ serializedProfile })).status).toBe(403);
    expect((await acme.signIn({ serializedProfile }, { provider: 'distrusted' })).status).toBe(403);
  });

  it('is linked with the session alone: not before the second factor is proven', async () => {
    const { id, sub, otpauthUri } = await acme.person({ secondFactor: 'totp' });
    const profile = await acme.profileOf(sub);
    await acme.signIn(profile);
    const call = (code: string) =>
      acme.client.call('POST', `/authentication/${code}`, { provider: 'acme', ...profile });
    expect((await call('000000')).status).toBe(401);
    expect(await acme.identities(id)).toEqual([]);
    expect((await call(new Authenticator(acme.app, String(otpauthUri)).code())).status).toBe(200);
    expect(await acme.identities(id)).toHaveLength(1);
  });

  it.each([
    ['was unlinked', true, 401],
    ['was linked to somebody else', false, 401],
  ])('signs nobody in who %s between the look and the session', async (_, linked, status) => {
    const { id, sub } = await acme.person();
    const other = await acme.person();
    const profile = await acme.profileOf(sub);
    if (linked) await acme.signIn(profile);
    const challenge = acme.app.nest.get(DocspaceChallenge, { strict: false });
    const real = challenge.of.bind(challenge);
    const meanwhile = jest.spyOn(challenge, 'of').mockImplementation(async (...args) => {
      await acme.app.rows(
        linked
          ? sql`DELETE FROM external_identities WHERE account_id = ${id}::bigint`
          : sql`INSERT INTO external_identities VALUES (${acme.idp.issuer}, ${sub}, ${other.id}::bigint, 'Acme', now())`,
      );
      return real(...args);
    });
    expect((await acme.signIn(profile)).status).toBe(status);
    meanwhile.mockRestore();
    expect(
      await acme.app.rows(
        sql`SELECT FROM sessions WHERE account_id = ${id}::bigint AND created_at >= ${acme.app.clock.now()}`,
      ),
    ).toHaveLength(linked ? 1 : 0);
  });

  it('cannot be told what to log: no token of a provider is in the audit log', async () => {
    const { sub } = await acme.person();
    const profile = await acme.profileOf(sub);
    await acme.signIn(profile);
    const rows = await acme.app.rows(sql`SELECT t::text AS row FROM audit_events t`);
    expect(JSON.stringify(rows)).not.toContain(profile.serializedProfile);
  });
});

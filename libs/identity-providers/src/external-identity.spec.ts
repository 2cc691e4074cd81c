import { readConfig, type IdentityProviderConfig } from '@app/config';
import { externalIdentity } from './external-identity.js';

const ISSUER = 'https://id.example.com';

function settings(changes: object = {}): IdentityProviderConfig {
  const entry = { name: 'Test', issuer: ISSUER, clientId: 'us', ...changes };
  const [only] = readConfig({ OIDC_PROVIDERS: JSON.stringify([entry]) }).identityProviders.providers;
  return only!;
}
const claims = (changes: object = {}) => ({
  iss: ISSUER,
  sub: 'anna',
  email: 'anna@example.com',
  email_verified: true,
  ...changes,
});
const emailOf = (changes: object) => externalIdentity(settings(), claims(changes)).email;

describe('an external identity', () => {
  it('names the provider as it is configured, and the person as the provider does', () => {
    expect(externalIdentity(settings(), claims())).toEqual({
      provider: 'Test',
      issuer: ISSUER,
      subject: 'anna',
      email: 'anna@example.com',
    });
  });

  it.each([['a'], ['a'.repeat(255)], ['https://id.example.com/ö|1']])('keeps the subject %j', (sub) => {
    expect(externalIdentity(settings(), claims({ sub })).subject).toBe(sub);
  });

  it.each([[undefined], [''], [7], [['anna']], ['a'.repeat(256)], ['a\0b'], ['\ud800']])(
    'refuses the subject %j',
    (sub) => {
      expect(() => externalIdentity(settings(), claims({ sub }))).toThrow(
        expect.objectContaining({ reason: 'wrong' }),
      );
    },
  );

  it('gives an address the form that those of accounts have', () => {
    expect(emailOf({ email: 'Anna.B@Example.COM' })).toBe('anna.b@example.com');
  });

  it('has the ASCII form of an address that was verified as people write it', () => {
    expect(emailOf({ email: 'Liv@Bücher.example' })).toBe('liv@xn--bcher-kva.example');
    expect(emailOf({ email: 'liv@xn--bcher-kva.example' })).toBe('liv@xn--bcher-kva.example');
  });

  it.each([[false], ['true'], [1], [null], [undefined]])(
    'has no address where email_verified is %j',
    (email_verified) => {
      expect(emailOf({ email_verified })).toBeUndefined();
      expect(externalIdentity(settings(), claims({ email_verified }))).not.toHaveProperty('email');
    },
  );

  it.each([
    ['a full-width letter would make it another', 'ａnna@example.com'],
    ['a ligature would make it another', 'ﬁona@example.com'],
    ['it cannot be stored', 'an\0na@example.com'],
    ['a byte order mark hides at its edge', '\ufeffanna@example.com'],
    ['it has a space at its edge', ' anna@example.com'],
    ['it is no well-formed text', 'an\ud800na@example.com'],
    ['a soft hyphen hides in its domain', 'anna@exam\u00adple.com'],
    ['it is two', 'anna@example.com,bob@example.com'],
    ['it is a name', 'anna'],
    ['it is a phone number', '+491701234567'],
    ['it is too long', `${'a'.repeat(243)}@example.com`],
    ['it is no text', ['anna@example.com']],
  ])('has no address where %s', (_why, email) => {
    expect(emailOf({ email })).toBeUndefined();
  });

  it('has an address of the longest length that there is', () => {
    const email = `${'a'.repeat(64)}@${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(60)}.de.com`;
    expect(email).toHaveLength(254);
    expect(emailOf({ email })).toBe(email);
    expect(emailOf({ email: email.replace('.de.', '.dee.') })).toBeUndefined();
  });

  it('has no address of a provider whose addresses say nothing here', () => {
    expect(externalIdentity(settings({ linkByEmail: false }), claims())).not.toHaveProperty('email');
  });
});

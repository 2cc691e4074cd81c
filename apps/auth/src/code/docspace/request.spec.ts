import { AuthError } from '@app/kernel';
import { Speeches } from '@app/pages';
import { signInOf } from './request.js';

const PROFILE = { serializedProfile: 'header.claims.signature' };
const PASSWORD = { userName: 'ada@example.com', password: 'correct horse battery' };
const proofOf = (request: object) => signInOf(request, new Speeches()).proof;
const refusalOf = (request: object): unknown => {
  try {
    return proofOf(request);
  } catch (error) {
    return error instanceof AuthError ? (error.details.parameters?.[0]?.error ?? error.code) : error;
  }
};

describe('what a docspace sign-in means', () => {
  it('is an identity of whichever provider made the ID token, when neither provider nor user name is said', () => {
    for (const more of [{}, { provider: ' ' }, { userName: ' ' }, { password: 'stray' }])
      expect(proofOf({ ...PROFILE, ...more })).toEqual({
        kind: 'identity',
        provider: '',
        proof: { idToken: PROFILE.serializedProfile },
      });
    expect(proofOf({ ...PROFILE, accessToken: 'token' })).toMatchObject({
      provider: '',
      proof: { idToken: PROFILE.serializedProfile, accessToken: 'token' },
    });
  });

  it('is an identity of the provider that is said, user name or not', () => {
    for (const more of [{}, PASSWORD])
      expect(proofOf({ ...PROFILE, ...more, provider: ' Acme ' })).toMatchObject({
        kind: 'identity',
        provider: 'Acme',
      });
  });

  it('is a password with a user name, whatever else is there without a provider', () => {
    for (const stray of [{}, PROFILE, { accessToken: 'x' }, { codeOAuth: 'x' }, { provider: 'Email' }])
      expect(proofOf({ ...PASSWORD, ...stray })).toMatchObject({
        kind: 'password',
        login: PASSWORD.userName,
      });
    expect(refusalOf({ ...PROFILE, userName: PASSWORD.userName })).toBe('invalid_parameters');
  });

  it('cannot be told from a code or an access token alone', () => {
    for (const proof of [{ accessToken: 'x' }, { codeOAuth: 'x' }, { accessToken: 'x', codeOAuth: 'x' }])
      expect(refusalOf(proof)).toBe('provider is missing');
    for (const nothing of [{}, { accessToken: ' ' }, { ...PROFILE, provider: 'email' }])
      expect(refusalOf(nothing)).toBe('invalid_parameters');
  });

  it('is a mailed key before all', () => {
    expect(proofOf({ ...PROFILE, ...PASSWORD, confirmData: { key: ' key ' } })).toMatchObject({
      kind: 'mailed_key',
      key: 'key',
    });
  });
});

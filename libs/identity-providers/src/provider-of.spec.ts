import { UnsecuredJWT } from 'jose';
import { providerOf } from './provider-of.js';

const entry = (name: string, issuer: string, clientId = 'us', audiences: string[] = []) => ({
  name,
  issuer,
  clientId,
  audiences,
});
const ENTRIES = [
  entry('first', 'https://id.example.com'),
  entry('second', 'https://id.example.com', 'them', ['app']),
  entry('tenant', 'https://id.example.com/tenant/'),
];
const token = (claims: object) => new UnsecuredJWT({ ...claims }).encode();
const nameOf = (claims: object) => providerOf(ENTRIES, token(claims))?.name;

describe('of whom an ID token says that it is', () => {
  it('is told by its issuer, with or without a slash at the end', () => {
    expect(nameOf({ iss: 'https://id.example.com' })).toBe('first');
    expect(nameOf({ iss: 'https://id.example.com/' })).toBe('first');
    expect(nameOf({ iss: 'https://id.example.com/tenant/' })).toBe('tenant');
  });

  it('is told by whom it is for, where several have the issuer', () => {
    for (const aud of ['them', ['them'], 'app', ['other', 'app']])
      expect(nameOf({ iss: 'https://id.example.com', aud })).toBe('second');
    for (const aud of ['us', 'nobody', [], undefined])
      expect(nameOf({ iss: 'https://id.example.com', aud })).toBe('first');
  });

  it.each([
    [undefined],
    [''],
    [7],
    [null],
    [['https://id.example.com']],
    ['id.example.com'],
    ['https://id.example.com.evil.example'],
    ['https://id.example.com/tenant/other'],
    ['http://id.example.com'],
  ])('is nobody for the issuer %j', (iss) => {
    expect(nameOf({ iss })).toBeUndefined();
  });

  it.each(['', 'x', 'a.b.c', 'a.b', 'e30.e30.', 'e30.W10.', 'e30.bnVsbA.', '...', '\0', 'x'.repeat(16_384)])(
    'is nobody, and no error, for %j',
    (text) => {
      expect(providerOf(ENTRIES, text)).toBeUndefined();
    },
  );
});

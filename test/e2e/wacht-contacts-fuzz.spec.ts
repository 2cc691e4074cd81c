import { answersAnything } from '../support/wacht-anything.js';

describe('anything at all, sent to what changes addresses, phones, authenticator and backup codes of a wacht client', () => {
  answersAnything([
    ['POST', '/me/email-addresses'],
    ['POST', '/me/email-addresses/{id}/prepare-verification'],
    ['POST', '/me/email-addresses/{id}/attempt-verification'],
    ['POST', '/me/email-addresses/{id}/make-primary'],
    ['POST', '/me/email-addresses/{id}/delete'],
    ['DELETE', '/me/email-addresses/{id}'],
    ['POST', '/me/phone-numbers'],
    ['POST', '/me/phone-numbers/{id}/prepare-verification'],
    ['POST', '/me/phone-numbers/{id}/attempt-verification'],
    ['POST', '/me/phone-numbers/{id}/make-primary'],
    ['POST', '/me/phone-numbers/{id}/delete'],
    ['DELETE', '/me/phone-numbers/{id}'],
    ['POST', '/me/authenticator'],
    ['POST', '/me/authenticator/attempt-verification'],
    ['POST', '/me/authenticator/{id}/delete'],
    ['DELETE', '/me/authenticator/{id}'],
    ['POST', '/me/backup-codes'],
    ['POST', '/me/backup-codes/regenerate'],
  ]);
});

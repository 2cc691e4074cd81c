import { answersAnything } from '../support/wacht-anything.js';

describe('anything at all, sent to the calls of who is signed in with a wacht client', () => {
  answersAnything([
    ['GET', '/me'],
    ['POST', '/me'],
    ['GET', '/me/email-addresses'],
    ['GET', '/me/phone-numbers'],
    ['POST', '/me/update-password'],
    ['POST', '/me/remove-password'],
    ['POST', '/me/delete'],
    ['DELETE', '/me'],
    ['GET', '/me/signins'],
    ['POST', '/me/signins/{id}/signout'],
    ['PATCH', '/me/signins/{id}/signout'],
    ['POST', '/me/signins/signout-others'],
    ['GET', '/me/passkeys'],
    ['POST', '/me/passkeys/register/begin'],
    ['POST', '/me/passkeys/register/finish'],
    ['PATCH', '/me/passkeys/{id}'],
    ['POST', '/me/passkeys/{id}/delete'],
    ['DELETE', '/me/passkeys/{id}'],
    ['POST', '/auth/passkey/login/begin'],
    ['POST', '/auth/passkey/login/finish'],
    ['GET', '/auth/identifier-availability'],
    ['POST', '/auth/oauth2/init'],
    ['GET', '/auth/sso/callback'],
  ]);
});

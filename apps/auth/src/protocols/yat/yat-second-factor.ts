/** The protocol's names of second factors. */
export const yatFactorNames = { totp: 'GoogleAuthenticator', sms: 'SMS', email: 'Email' } as const;

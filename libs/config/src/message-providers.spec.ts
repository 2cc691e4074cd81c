import { problemsOf, PRODUCTION, refused } from '../../../test/support/config-problems.js';
import { readConfig } from './read-config.js';

const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const mails = (SMTP_URL: string) => readConfig({ SMTP_URL, WEBHOOK_SECRET: SECRET }).delivery.mailProviders;
const texts = (SMS_URL: string, env: Record<string, string> = {}) =>
  readConfig({ SMS_URL, WEBHOOK_SECRET: SECRET, ...env }).delivery.textProviders;

describe('providers of mail', () => {
  it('are one server, as ever, whatever its password has in it', () => {
    const url = 'smtp://user:pass,word@mail.example.com:587?tls.rejectUnauthorized=false';
    expect(mails(url)).toEqual([{ kind: 'smtp', name: 'smtp:mail.example.com:587', url }]);
  });

  it('are several in the order of preference, a webhook among them', () => {
    const list = mails(
      'smtps://a.example.com, smtp://b.example.com:587,https://user:pw@hooks.example.com/mail',
    );
    expect(list.map(({ name }) => name)).toEqual([
      'smtp:a.example.com',
      'smtp:b.example.com:587',
      'webhook:hooks.example.com',
    ]);
  });

  it('are told apart where two have one host', () => {
    expect(mails('smtp://a@mx,smtp://b@mx').map(({ name }) => name)).toEqual(['smtp:mx', 'smtp:mx#2']);
  });

  it.each(['mail.example.com', 'imap://mail', 'smtp://a,imap://b', 'twilio://a:b@?from=1'])(
    'are refused with a sentence that does not repeat them: %s',
    (SMTP_URL) => {
      const [first] = problemsOf({ SMTP_URL, WEBHOOK_SECRET: SECRET });
      expect(first).toEqual({
        variable: 'SMTP_URL',
        problem: expect.stringContaining('in the order of preference'),
      });
      expect(first?.problem).not.toContain(SMTP_URL);
    },
  );
});

describe('providers of texts', () => {
  it('take accounts, senders and hosts from their URLs; a plus sign is one', () => {
    expect(
      texts(
        'twilio://AC1:to%3Aken@?from=+15550100,twilio://AC1:t@api.dublin.ie1.twilio.com?messaging_service=MG1,vonage://key:secret@?from=Example',
      ),
    ).toEqual([
      {
        kind: 'twilio',
        name: 'twilio',
        origin: 'https://api.twilio.com',
        account: 'AC1',
        token: 'to:ken',
        sender: { From: '+15550100' },
      },
      {
        kind: 'twilio',
        name: 'twilio#2',
        origin: 'https://api.dublin.ie1.twilio.com',
        account: 'AC1',
        token: 't',
        sender: { MessagingServiceSid: 'MG1' },
      },
      {
        kind: 'vonage',
        name: 'vonage',
        origin: 'https://rest.nexmo.com',
        key: 'key',
        secret: 'secret',
        from: 'Example',
      },
    ]);
  });

  it('end with the webhook that knows our own signature', () => {
    const own = { SMS_WEBHOOK_URL: 'https://sms.example.com/', SMS_WEBHOOK_SECRET: 'x'.repeat(16) };
    expect(texts('https://hooks.example.com/', own).map(({ kind }) => kind)).toEqual([
      'webhook',
      'own_webhook',
    ]);
  });

  it.each([
    'twilio://AC1@?from=1',
    'twilio://AC1:t@',
    'twilio://AC1:t@?from=1&messaging_service=MG1',
    'vonage://key:secret@',
    'vonage://:secret@?from=1',
    'smtp://mail',
    'sesame',
  ])('are refused when something is missing: %s', (SMS_URL) => {
    expect(refused({ SMS_URL })).toEqual(['SMS_URL']);
  });

  it('leave the machine encrypted, and in production every webhook does', () => {
    const origins = texts('twilio://a:b@127.0.0.1:8080?from=1,vonage://a:b@proxy.example:8080?from=1');
    expect(origins).toMatchObject([
      { origin: 'http://127.0.0.1:8080' },
      { origin: 'https://proxy.example:8080' },
    ]);
    const SMS_URL = 'http://hooks.example.com/';
    expect(refused({ ...PRODUCTION, SMS_URL, WEBHOOK_SECRET: SECRET })).toEqual(['SMS_URL']);
  });
});

describe('webhooks', () => {
  it.each(['SMTP_URL', 'SMS_URL'])('need a secret in %s', (name) => {
    expect(refused({ [name]: 'https://hooks.example.com/' })).toEqual(['WEBHOOK_SECRET']);
  });

  it('may have several secrets while one is replaced', () => {
    expect(readConfig({ WEBHOOK_SECRET: `${SECRET}, ${SECRET}` }).delivery.webhookSecrets).toHaveLength(2);
    expect(refused({ WEBHOOK_SECRET: `${SECRET},sesame` })).toEqual(['WEBHOOK_SECRET']);
  });

  it('may sign in both forms where they sign in our own', () => {
    const env = { SMS_WEBHOOK_URL: 'https://sms.example.com/' };
    expect(refused({ ...env, SMS_WEBHOOK_SECRET: `an old secret, with a comma,${SECRET}` })).toEqual([]);
    expect(refused({ ...env, SMS_WEBHOOK_SECRET: 'an old secret of us,whsec_short' })).toEqual([
      'SMS_WEBHOOK_SECRET',
    ]);
  });
});

describe('SMTP_CLIENT_NAME', () => {
  it.each([
    ['https://auth.example.com/base', 'auth.example.com'],
    ['http://192.0.2.1:3000', '[192.0.2.1]'],
    ['http://[2001:db8::1]:3000', '[IPv6:2001:db8::1]'],
  ])('is by default the host of PUBLIC_URL: %s', (PUBLIC_URL, name) => {
    expect(readConfig({ PUBLIC_URL }).delivery.smtpClientName).toBe(name);
  });

  it.each(['mx.example.com', 'localhost', '[192.0.2.1]', '[IPv6:2001:db8::1]'])('may be %s', (name) => {
    expect(refused({ SMTP_CLIENT_NAME: name })).toEqual([]);
  });

  it.each(['a b', 'mx.example.com\r\nRSET', '-mx', 'mx..example', `${'a'.repeat(64)}.example`, 'mx_1'])(
    'may not be %j',
    (name) => {
      expect(refused({ SMTP_CLIENT_NAME: name })).toEqual(['SMTP_CLIENT_NAME']);
    },
  );
});

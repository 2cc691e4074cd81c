import { createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto';
import { ForeignHashError } from './foreign-hash.js';
import { readForeignHash } from './foreign-passwords.js';

const base64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64');
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** What others publish of their algorithms: a password and the hash that is right for it. */
const VECTORS: [source: string, password: string, hash: string][] = [
  [
    'bcrypt, of the Openwall test suite',
    'U*U',
    '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  ],
  ['bcrypt, 2y', 'U*U', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  [
    'argon2i, of its reference implementation',
    'password',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  ],
  [
    'argon2id, of its reference implementation',
    'password',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ],
  [
    'scrypt, RFC 7914 §12',
    'pleaseletmein',
    `$scrypt$ln=14,r=8,p=1$${base64('SodiumChloride')}$${base64(
      hex(`70 23 bd cb 3a fd 73 48 46 1c 06 cd 81 fd 38 eb fd a8 fb ba 90 4f 8e 3e a9 b5 43 f6 54 5d a1 f2
           d5 43 29 55 61 3f 0f cf 62 d4 97 05 24 2a 9a f9 e6 1e 85 dc 0d 65 1e 40 df cf 01 7b 45 57 58 87`),
    )}`,
  ],
  [
    'Firebase’s scrypt, of its own repository',
    'user1password',
    '$firebase-scrypt$ln=14,r=8$42xEC+ixf3L2lw==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  ],
  [
    'PBKDF2 with SHA-1, RFC 6070 §2',
    'password',
    `$pbkdf2-sha1$i=4096$${base64('salt')}$${base64(hex('4b 00 79 01 b7 65 48 9a be ad 49 d9 26 f7 21 d0 65 a4 29 c1'))}`,
  ],
  [
    'PBKDF2 with SHA-256, RFC 7914 §11',
    'Password',
    `$pbkdf2-sha256$i=80000$${base64('NaCl')}$${base64(
      hex(`4d dc d8 f6 0b 98 be 21 83 0c ee 5e f2 27 01 f9 64 1a 44 18 d0 4c 04 14 ae ff 08 87 6b 34 ab 56
           a1 d4 25 a1 22 58 33 54 9a db 84 1b 51 c9 b3 17 6a 27 2b de bb a1 d0 78 47 8f 62 b3 97 f3 3c 8d`),
    )}`,
  ],
  [
    'Django, of its test suite',
    'lètmein',
    'pbkdf2_sha256$20000$seasalt$oBSd886ysm3AqYun62DOdin8YcfbU1z9cksZSuLP9r0=',
  ],
  [
    'ASP.NET Core Identity, version 2, of its test suite',
    'my password',
    '$aspnet-identity$AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==',
  ],
  [
    'ASP.NET Core Identity, version 3 with SHA-1, of its test suite',
    'my password',
    '$aspnet-identity$AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
  ],
  [
    'ASP.NET Core Identity, version 3 with SHA-256, of its test suite',
    'my password',
    '$aspnet-identity$AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
  ],
  [
    'ASP.NET Core Identity, version 3 with SHA-512, of its test suite',
    'my password',
    '$aspnet-identity$AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
  ],
  ['phpass, of its test program', 'test12345', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'],
  ['phpBB, the same', 'test12345', '$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'],
  [
    'SHA-1, FIPS 180-4: "abc" is salt and password',
    'bc',
    `$digest-sha1$o=salt-password$${base64('a')}$${base64(hex('a9993e364706816aba3e25717850c26c9cd0d89d'))}`,
  ],
  [
    'SHA-256, FIPS 180-4: "abc" is password and salt',
    'ab',
    `$digest-sha256$o=password-salt$${base64('c')}$${base64(
      hex('ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad'),
    )}`,
  ],
  [
    'MD5, RFC 1321 §A.5, without a salt',
    'message digest',
    `$digest-md5$o=salt-password$$${base64(hex('f96b697d7cb7938d525a2f31aaf161d0'))}`,
  ],
  [
    'HMAC with SHA-256, RFC 4231 §4.3',
    'what do ya want for nothing?',
    `$hmac-sha256$o=salt-password$${base64('Jefe')}$$${base64(
      hex('5bdcc146bf60754e6a042426089575c7 5a003f089d2739839dec58b964ec3843'),
    )}`,
  ],
  [
    'HMAC with SHA-512, RFC 4231 §4.3',
    'what do ya want for nothing?',
    `$hmac-sha512$o=salt-password$${base64('Jefe')}$$${base64(
      hex(`164b7a7bfcf819e2e395fbe73b56e0a3 87bd64222e831fd610270cd7ea250554
           9758bf75c05a994a6d034f65f8f0e6fd caeab1a34d4a6b4b636e070a38bce737`),
    )}`,
  ],
];

describe('passwords of other systems', () => {
  it.each(VECTORS)('%s', async (_, password, hash) => {
    const foreign = readForeignHash(hash);
    expect(await foreign.verify(password)).toBe(true);
    for (const wrong of [`${password} `, password.slice(1), '', password.toUpperCase()])
      if (wrong !== password) expect(await foreign.verify(wrong)).toBe(false);
  });

  const sixteen = base64(Buffer.alloc(16));
  const phpass = (cost: string) => `$P$${cost}saltsalt${'.'.repeat(22)}`;
  const aspNet = (iterations: number, algorithm = 1) => {
    const head = Buffer.alloc(13);
    head.writeUInt8(1);
    [algorithm, iterations, 16].forEach((value, at) => head.writeUInt32BE(value, 1 + 4 * at));
    return `$aspnet-identity$${base64(Buffer.concat([head, Buffer.alloc(48)]))}`;
  };

  it.each<[bound: string, within: string, beyond: string]>([
    ['bcrypt, most', `$2b$14$${'a'.repeat(53)}`, `$2b$15$${'a'.repeat(53)}`],
    ['bcrypt, least', `$2b$04$${'a'.repeat(53)}`, `$2b$03$${'a'.repeat(53)}`],
    ['argon2, memory', '$argon2id$v=19$m=65536,t=1,p=1$YWE$YWE', '$argon2id$v=19$m=65537,t=1,p=1$YWE$YWE'],
    ['argon2, passes', '$argon2id$v=19$m=64,t=10,p=1$YWE$YWE', '$argon2id$v=19$m=64,t=11,p=1$YWE$YWE'],
    ['argon2, lanes', '$argon2id$v=19$m=64,t=1,p=8$YWE$YWE', '$argon2id$v=19$m=64,t=1,p=9$YWE$YWE'],
    ['scrypt, N', `$scrypt$ln=16,r=7,p=1$$${sixteen}`, `$scrypt$ln=18,r=1,p=1$$${sixteen}`],
    ['scrypt, memory', `$scrypt$ln=15,r=15,p=1$$${sixteen}`, `$scrypt$ln=16,r=8,p=1$$${sixteen}`],
    ['scrypt, lanes', `$scrypt$ln=10,r=8,p=16$$${sixteen}`, `$scrypt$ln=10,r=8,p=17$$${sixteen}`],
    [
      'Firebase, memory',
      `$firebase-scrypt$ln=14,r=8$$$${sixteen}$${sixteen}`,
      `$firebase-scrypt$ln=17,r=8$$$${sixteen}$${sixteen}`,
    ],
    ['PBKDF2', `$pbkdf2-sha512$i=2000000$$${sixteen}`, `$pbkdf2-sha512$i=2000001$$${sixteen}`],
    ['PBKDF2 of 2³¹ iterations', `$pbkdf2-sha1$i=1$$${sixteen}`, `$pbkdf2-sha1$i=2147483648$$${sixteen}`],
    ['Django', `pbkdf2_sha256$2000000$a$${sixteen}`, `pbkdf2_sha256$2000001$a$${sixteen}`],
    ['ASP.NET Identity', aspNet(2_000_000), aspNet(2_000_001)],
    ['ASP.NET Identity, algorithm', aspNet(1, 2), aspNet(1, 3)],
    ['phpass, most', phpass('G'), phpass('H')],
    ['phpass, least', phpass('5'), phpass('4')],
    [
      'the length of a hash',
      `$digest-md5$o=salt-password$$${sixteen}`,
      `$digest-md5$o=salt-password$$${base64('a')}`,
    ],
    ['the length of all', `$digest-md5$o=salt-password$${'a'.repeat(900)}$${sixteen}`, 'a'.repeat(1025)],
  ])('bounds: %s', (_, within, beyond) => {
    expect(() => readForeignHash(within)).not.toThrow();
    expect(() => readForeignHash(beyond)).toThrow(ForeignHashError);
  });

  it.each([
    ['', 'nothing'],
    ['plain', 'a plain text'],
    ['$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'what a faulty bcrypt made'],
    ['$argon2id$v=19$m=64,t=1$YWE$YWE', 'an argon2 without its lanes'],
    [`$pbkdf2-md5$i=1$$${sixteen}`, 'an algorithm that nobody uses'],
    [`$pbkdf2-sha256$i=1$sa lt$${sixteen}`, 'a blank'],
    [`$pbkdf2-sha256$i=1$sält$${sixteen}`, 'what is not base64'],
    ['$aspnet-identity$AQ==', 'a hash of ASP.NET that ends at once'],
  ])('refuses %j: %s', (text) => {
    expect(() => readForeignHash(text)).toThrow(ForeignHashError);
  });

  it('says nothing of the hash in its refusals', () => {
    const secret = 'c2VjcmV0c2VjcmV0c2VjcmV0';
    for (const text of [
      `$pbkdf2-sha256$i=9000000$$${secret}`,
      `$unknown$${secret}`,
      `$digest-md5$o=salt-password$ä$${secret}`,
    ])
      expect(() => readForeignHash(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) }),
      );
  });

  it('agrees with what Node makes, whatever the password', async () => {
    for (const password of ['a', 'ünïcode 😀', 'x'.repeat(300)]) {
      const salt = Buffer.from('0011223344556677', 'hex');
      const made = [
        `$scrypt$ln=4,r=2,p=2$${base64(salt)}$${base64(scryptSync(password, salt, 32, { N: 16, r: 2, p: 2 }))}`,
        `$pbkdf2-sha512$i=3$${base64(salt)}$${base64(pbkdf2Sync(password, salt, 3, 64, 'sha512'))}`,
        `$digest-sha512$o=password-salt$${base64(salt)}$${base64(createHash('sha512').update(password).update(salt).digest())}`,
        `$hmac-sha1$o=password-salt$${base64('key')}$${base64(salt)}$${base64(createHmac('sha1', 'key').update(password).update(salt).digest())}`,
      ];
      for (const hash of made) expect(await readForeignHash(hash).verify(password)).toBe(true);
    }
  });
});

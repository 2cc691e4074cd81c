import { signingKey } from '@app/kernel';
import { sign } from './standard-webhooks.js';

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('Standard Webhooks', () => {
  it('signs the example of the specification as its libraries do', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = sign(
      [secret],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      new Date(1_614_265_330_000),
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('signs with every secret while one is being replaced, the newest first', () => {
    const [newer, older] = [secretOf(32), secretOf(24)];
    const at = new Date(1_700_000_000_999);
    const alone = (secret: string) => sign([secret], '1', at, '{}')['webhook-signature'];
    expect(sign([newer, older], '1', at, '{}')).toMatchObject({
      'webhook-timestamp': '1700000000',
      'webhook-signature': `${alone(newer)} ${alone(older)}`,
    });
  });

  it.each([24, 64])('takes a secret of %d bytes', (bytes) => {
    expect(signingKey(secretOf(bytes))).toHaveLength(bytes);
  });

  it.each([
    secretOf(23),
    secretOf(65),
    secretOf(32).slice('whsec_'.length),
    'whsec_',
    'whsec_not base64 at all, however long',
    `${secretOf(32)} `,
  ])('refuses the secret %j', (secret) => {
    expect(signingKey(secret)).toBeUndefined();
    expect(() => sign([secret], '1', new Date(0), '{}')).toThrow('whsec_');
  });

  it('refuses to send what nothing signs', () => {
    expect(() => sign([], '1', new Date(0), '{}')).toThrow('nothing to sign with');
  });
});

import { isIP } from 'node:net';
import type { Request } from 'express';
import fc from 'fast-check';
import { byAddress, clientAddress } from './client-address.js';

const request = (ip: string | undefined, remoteAddress?: string) =>
  ({ ip, socket: { remoteAddress } }) as Request;

describe('clientAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:C000:0207', '192.0.2.7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:0DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['fe80::7%eth0', 'fe80::7'],
    ['::1', '::1'],
  ])('spells %s as %s', (given, expected) => {
    expect(clientAddress(request(given))).toBe(expected);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '999.1.1.1',
    '192.0.2.7, 192.0.2.8',
    '192.0.2.7:',
    '[192.0.2',
    '::g',
    '%',
    "' OR 1=1",
  ])('takes the address of the connection when the hop calls itself %p', (forged) => {
    expect(clientAddress(request(forged, '::ffff:198.51.100.4'))).toBe('198.51.100.4');
  });

  it('still is an address when the client has hung up', () => {
    expect(clientAddress(request(undefined, undefined))).toBe('0.0.0.0');
  });

  it('is an address whatever the header says', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6(), fc.ipV4Extended());
    fc.assert(
      fc.property(anything, (ip) => {
        expect(isIP(clientAddress(request(ip, '203.0.113.9')))).not.toBe(0);
      }),
    );
  });
});

describe('byAddress', () => {
  it('takes the addresses of one IPv6 /64 for one caller', () => {
    expect(byAddress(request('2001:db8:1:2::1'))).toBe(
      byAddress(request('2001:db8:1:2:ffff:ffff:ffff:ffff')),
    );
  });

  it('keeps two IPv6 /64 apart', () => {
    expect(byAddress(request('2001:db8:1:2::1'))).not.toBe(byAddress(request('2001:db8:1:3::1')));
  });

  it('takes an IPv4 address for the same caller when IPv6 wraps it', () => {
    expect(byAddress(request('::ffff:192.0.2.7'))).toBe(byAddress(request('192.0.2.7')));
  });

  it('keeps neighbours of an IPv4 network apart, wrapped or not', () => {
    expect(byAddress(request('::ffff:192.0.2.7'))).not.toBe(byAddress(request('::ffff:192.0.2.8')));
  });
});

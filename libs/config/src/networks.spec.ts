import { Networks } from './networks.js';

describe('networks', () => {
  it.each([
    [['192.0.2.0/24'], '192.0.2.0', true],
    [['192.0.2.0/24'], '192.0.2.255', true],
    [['192.0.2.0/24'], '192.0.3.0', false],
    [['192.0.2.0/24'], '192.0.1.255', false],
    [['192.0.2.7'], '192.0.2.7', true],
    [['192.0.2.7'], '192.0.2.8', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['2001:db8::1'], '2001:db8::2', false],
    [['loopback'], '127.9.9.9', true],
    [['loopback'], '::1', true],
    [['loopback'], '10.0.0.1', false],
    [['uniquelocal'], '172.31.255.255', true],
    [['uniquelocal'], '172.32.0.0', false],
    [['linklocal'], 'fe80::1', true],
    [['192.0.2.7', '198.51.100.0/24'], '198.51.100.9', true],
    [['192.0.2.0/24'], 'nonsense', false],
  ])('%j have %s: %s', (entries, address, has) => {
    expect(new Networks(entries).has(address)).toBe(has);
  });

  it('are everywhere when there are none', () => {
    expect(new Networks([]).has('203.0.113.1')).toBe(true);
  });
});

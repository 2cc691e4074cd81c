import { BlockList, isIP } from 'node:net';

/** What Express's `trust proxy` calls by these names. */
const NAMED: Record<string, string[]> = {
  loopback: ['127.0.0.1/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Networks as `networks` reads them; none of them is everywhere. */
export class Networks {
  private readonly list = new BlockList();
  private readonly everywhere: boolean;

  constructor(entries: readonly string[]) {
    this.everywhere = entries.length === 0;
    for (const entry of entries.flatMap((name) => NAMED[name] ?? [name])) {
      const [address = '', prefix] = entry.split('/');
      const [family, all] = isIP(address) === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
      this.list.addSubnet(address, prefix === undefined ? all : Number(prefix), family);
    }
  }

  /** `address`: IPv4 or IPv6. */
  has(address: string): boolean {
    return this.everywhere || this.list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
}

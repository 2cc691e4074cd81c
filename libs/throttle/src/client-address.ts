import { isIP } from 'node:net';
import { normalizeIp } from '@nestjs/throttler';
import type { Request } from 'express';

const BRACKETED = /^\[([^\]]*)\](?::\d+)?$/;
const IPV4_WITH_PORT = /^([\d.]+):\d+$/;

/** What a network usually gives to one customer: counted apart, a single one would have 2^64 callers. */
const IPV6_PREFIX_BITS = 64;

/** Says "no address", and stays readable for whatever expects one. */
const NOWHERE = '0.0.0.0';

/**
 * The client's address in its shortest spelling: IPv4 (also when IPv6 wraps it) or IPv6, without port and zone.
 *
 * `request.ip` is the right-most hop beyond the trusted proxies. A proxy that passes on what its client wrote can
 * still put text there that is no address: then the connection's own counts, which cannot be made up. A client that
 * hung up already has none and is `0.0.0.0`, together with all others who did.
 */
export function clientAddress(request: Request): string {
  return addressIn(request.ip) ?? addressIn(request.socket.remoteAddress) ?? NOWHERE;
}

/** Tracker for the client's address, with IPv6 by /64. */
export function byAddress(request: Request): string {
  return normalizeIp(clientAddress(request), IPV6_PREFIX_BITS);
}

function addressIn(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const host = BRACKETED.exec(text)?.[1] ?? IPV4_WITH_PORT.exec(text)?.[1] ?? text;
  const [address = ''] = host.split('%', 1);
  return isIP(address) ? normalizeIp(address, 128).replace('/128', '') : undefined;
}

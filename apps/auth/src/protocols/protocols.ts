import { docspace } from './docspace/docspace.protocol.js';
import { dfns } from './dfns/dfns.protocol.js';
import { navixy } from './navixy/navixy.protocol.js';
import { plain } from './plain.protocol.js';
import type { Protocol } from './protocol.js';
import { wacht } from './wacht/wacht.protocol.js';
import { yat } from './yat/yat.protocol.js';

const protocols: Protocol[] = [dfns, docspace, navixy, wacht, yat];

/** The protocol that a path belongs to, before any controller is known; `plain` for the service's own paths. */
export function protocolOf(path: string): Protocol {
  return protocols.find((protocol) => protocol.owns(path)) ?? plain;
}

import type { Config } from '@app/config';
import { parseMailFrom } from '../senders/mail-from.js';

/** What people are signing in to. */
export interface Site {
  /** The sender's display name, or else the host: what people know the site by. */
  name: string;
  /** The host of PUBLIC_URL, without a port: what a code is bound to. */
  host: string;
}

export function siteOf(config: Config): Site {
  const host = new URL(config.http.publicUrl).hostname;
  return { name: parseMailFrom(config.delivery.mailFrom).name || host, host };
}

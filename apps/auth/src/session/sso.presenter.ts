import { wachtErrors } from '../protocols/wacht/wacht.errors.js';
import type { SsoReturn } from './sso-return.service.js';

/** The address of the client's page; where the sign-in was refused, with the protocol's word for it. */
export function leadOn({ redirectUri, refused }: SsoReturn): string {
  if (!refused) return redirectUri;
  const { code, message } = wachtErrors[refused];
  const url = new URL(redirectUri);
  url.searchParams.set('error', code);
  url.searchParams.set('error_description', message);
  return url.href;
}

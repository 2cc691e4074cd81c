import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import { isServiceKeyIn } from '@app/service-keys';
import type { Request } from 'express';

const BASIC = /^Basic\b/i;
const IN_ADDRESS =
  'A service key in an address stands in the logs on its way: revoke it, and show another as Authorization: Bearer.';
const AS_BASIC = 'The administration takes its key as Authorization: Bearer.';

/**
 * Before the key is judged: it comes in one way alone. Whatever is recorded of the call from here on has the key's name where other
 * protocols have the browser.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { originalUrl, headers, session, call } = request;
    if (isServiceKeyIn(originalUrl)) throw new AuthError('malformed_request', { sentence: IN_ADDRESS });
    if (BASIC.test(headers.authorization ?? ''))
      throw new AuthError('credential_malformed', { sentence: AS_BASIC });
    // What calls without a key say of themselves must not look like a key's name.
    const userAgent = session ? `key ${String(session['name'])}` : '';
    if (call) request.call = { ...call, client: { ...call.client, userAgent } };
    return true;
  }
}

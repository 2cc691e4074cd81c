import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/** What browsers say of a request that our own page or no page at all has caused. */
const OURS = ['same-origin', 'none'];

/** Refuses what a page of another site makes a browser send, so that nobody is signed in to somebody else's account. */
@Injectable()
export class SameSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers, method } = context.switchToHttp().getRequest<Request>();
    const site = headers['sec-fetch-site'];
    if (method === 'POST' && typeof site === 'string' && !OURS.includes(site))
      throw new AuthError('origin_refused');
    return true;
  }
}

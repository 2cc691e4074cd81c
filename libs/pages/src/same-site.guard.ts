import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/**
 * Refuses what a page of another site has a browser send: its cookie would go along, or it would be signed in to somebody
 * else's account. Who says where the request comes from is the browser, by headers no page can set: `Sec-Fetch-Site`, and
 * `Origin` for those that do not send it. A client that is no browser sends neither, and nobody's cookie.
 */
@Injectable()
export class SameSiteGuard implements CanActivate {
  private readonly own: string;

  constructor(private readonly config: Config) {
    this.own = new URL(config.http.publicUrl).origin;
  }

  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<Request>();
    const changesNothing = method === 'GET' || method === 'HEAD';
    if (changesNothing || this.isOurs(headers.origin, headers['sec-fetch-site'])) return true;
    throw new AuthError('origin_refused');
  }

  private isOurs(origin: string | undefined, site: unknown): boolean {
    if (origin !== undefined && (origin === this.own || this.trusts(origin))) return true;
    return site === undefined ? origin === undefined : site === 'same-origin' || site === 'none';
  }

  /** Whether a page of this other origin may send its forms here. */
  protected trusts(origin: string): boolean {
    return this.config.http.corsOrigins.has(origin);
  }
}

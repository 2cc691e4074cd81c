import { Injectable, type ExecutionContext } from '@nestjs/common';
import { SameSiteGuard } from '@app/pages';
import type { Request } from 'express';

/**
 * A page of another site must not act with the cookie of a browser. Who shows the token in a header has it from us: no page can add that to
 * a request of another site.
 */
@Injectable()
export class DocspaceCookieGuard extends SameSiteGuard {
  override canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    return headers.authorization !== undefined || super.canActivate(context);
  }
}

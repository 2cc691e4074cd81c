import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Config } from '@app/config';
import { AuthError } from '@app/kernel';
import { mayDo, type Role } from '@app/operators';
import { SameSiteGuard } from '@app/pages';
import type { Request } from 'express';
import { presentedOperatorToken } from '../../protocols/console/operator-cookie.js';
import { isFormOf } from './form-token.js';
import { operatorOf } from './visit.decorator.js';

export const NeededRole = Reflector.createDecorator<Role>();

/** What a page of another site sends is refused, also of one that may call the protocols: a flaw in an application must not open the console. */
@Injectable()
export class OwnPageGuard extends SameSiteGuard {
  constructor(@Inject(Config) config: Config) {
    super(config);
  }

  protected override trusts(): boolean {
    return false;
  }
}

/**
 * Refuses a call without a session of an operator (`session_not_found`), with a form that is not of that session (`origin_refused`), and
 * of whoever's role does not allow it (`not_permitted`).
 */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Config) private readonly config: Config,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!request.session) throw new AuthError('session_not_found');
    if (request.method === 'POST' && !this.isOwnForm(request)) throw new AuthError('origin_refused');
    const needed = this.reflector.getAllAndOverride(NeededRole, [context.getHandler(), context.getClass()]);
    if (!mayDo(operatorOf(request).role, needed)) throw new AuthError('not_permitted');
    return true;
  }

  private isOwnForm(request: Request): boolean {
    const { form_token: given } = (request.body ?? {}) as { form_token?: unknown };
    return isFormOf(presentedOperatorToken(request, this.config), given);
  }
}

import { applyDecorators, UseFilters, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Config } from '@app/config';
import { digest, plusSeconds } from '@app/kernel';
import { presentedOperator, type Role } from '@app/operators';
import { Authenticated, Limits, type SessionQuery } from '@app/throttle';
import { consoleLimits } from '../../limits/console.limits.js';
import { console } from '../../protocols/console/console.protocol.js';
import { presentedOperatorToken } from '../../protocols/console/operator-cookie.js';
import { Speaks } from '../../protocols/use-protocol.decorator.js';
import { ConsoleErrorFilter } from './console-error.filter.js';
import { NeededRole, OperatorGuard, OwnPageGuard } from './operator.guard.js';

/** A controller of the console: pages, from where operators may call, as often as the limits let them. */
export function ConsoleRoom(): ClassDecorator {
  return applyDecorators(
    Speaks(console),
    ApiExcludeController(),
    Limits(...consoleLimits),
    UseFilters(ConsoleErrorFilter),
    UseGuards(OwnPageGuard),
  );
}

const session: SessionQuery = (request, now, config: Config) => {
  const token = presentedOperatorToken(request, config);
  const idleSince = plusSeconds(now, -config.console.idleSeconds);
  return token === undefined ? undefined : presentedOperator(digest(token), now, idleSince);
};

/** The route is for operators who have signed in and have this role. */
export function ForOperators(role: Role = 'support'): MethodDecorator & ClassDecorator {
  return applyDecorators(
    Authenticated(session, { optional: true }),
    NeededRole(role),
    UseGuards(OperatorGuard),
  );
}

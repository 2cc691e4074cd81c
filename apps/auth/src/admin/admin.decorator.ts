import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { ServiceKey, type ServiceScope } from '@app/service-keys';
import { Limits } from '@app/throttle';
import { adminLimits } from '../limits/admin.limits.js';
import { ADMIN_KEY, AdminApi } from '../protocols/admin/admin-api.decorator.js';
import { AdminGuard } from './admin.guard.js';

export const SCOPE_EXTENSION = 'x-required-scope';

/** A controller of the administration. */
export function Admin(): ClassDecorator {
  return applyDecorators(AdminApi(), Limits(...adminLimits), UseGuards(AdminGuard));
}

/** The call takes a service key of this scope. */
export function NeedsScope(scope: ServiceScope): MethodDecorator {
  return applyDecorators(ServiceKey(scope), ApiSecurity(ADMIN_KEY), ApiExtension(SCOPE_EXTENSION, scope));
}

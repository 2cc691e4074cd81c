import type { Request } from 'express';

/** The route that answered, for logs and metrics; never the path, which may hold a code. `none` when none did. */
export function routeLabel(request: Request): string {
  const route: unknown = request.route?.path;
  return typeof route === 'string' ? route : 'none';
}

import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Config } from '@app/config';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import type { DocspaceEnvelope } from './docspace-envelope.dto.js';
import { docspace } from './docspace.protocol.js';

type Enveloped = DocspaceEnvelope & { response?: unknown };

/** Puts what a handler answers into the envelope; nothing is left out. No cache on the way may keep it. */
@Injectable()
export class DocspaceEnvelopeInterceptor implements NestInterceptor {
  constructor(private readonly config: Config) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<Enveloped | string> {
    const request = context.switchToHttp().getRequest<Request>();
    context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', 'no-store');
    return next.handle().pipe(
      map((response: unknown) => this.envelop(response, request)),
      map((body) => docspace.write?.(body, request) ?? body),
    );
  }

  private envelop(response: unknown, request: Request): Enveloped {
    return {
      ...(response !== undefined && { response }),
      count: Array.isArray(response) ? response.length : 1,
      links: [{ href: `${this.config.http.publicUrl}${routeOf(request)}`, action: request.method }],
      status: 0,
      statusCode: 200,
    };
  }
}

/** The route and not the path, which may hold a code. */
function routeOf(request: Request): string {
  return String(request.route?.path).replace(/:(\w+)/g, '{$1}');
}

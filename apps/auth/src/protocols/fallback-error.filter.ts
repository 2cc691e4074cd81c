import {
  Catch,
  HttpException,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { answerError } from './answer-error.js';
import { plain } from './plain.protocol.js';
import { ProtocolTable } from './protocol-table.js';

/**
 * What no controller sees: malformed bodies, unknown paths, wrong methods. The path tells whose words to use. On the service's own
 * pages a library's refusal (the health check's) is passed on with its details.
 */
@Catch()
export class FallbackErrorFilter implements ExceptionFilter {
  constructor(private readonly protocols: ProtocolTable) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const path = request.originalUrl.split('?')[0] as string;
    const protocol = this.protocols.of(path);
    if (protocol === plain && thrown instanceof HttpException && thrown.getStatus() >= 500)
      return void response.status(thrown.getStatus()).json(thrown.getResponse());
    const allow = thrown instanceof NotFoundException ? allowedMethods(request) : [];
    const error = allow.length ? new AuthError('method_not_allowed', { allow }) : thrown;
    answerError(protocol, error, response);
  }
}

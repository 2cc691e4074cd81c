import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { answerError } from './answer-error.js';
import { ProtocolTable } from './protocol-table.js';

/** What no controller sees: malformed bodies, unknown paths, wrong methods. The path tells whose words to use. */
@Catch()
export class FallbackErrorFilter implements ExceptionFilter {
  constructor(private readonly protocols: ProtocolTable) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const path = request.originalUrl.split('?')[0] as string;
    const allow = thrown instanceof NotFoundException ? allowedMethods(request) : [];
    const error = allow.length ? new AuthError('method_not_allowed', { allow }) : thrown;
    answerError(this.protocols.of(path), error, response);
  }
}

import {
  Catch,
  HttpException,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { AuthError } from '@app/kernel';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { answerError } from './answer-error.js';
import { plain } from './plain.protocol.js';
import { ProtocolTable } from './protocol-table.js';

/**
 * What no controller sees: malformed bodies, unknown paths, wrong methods. The path tells whose words to use. On the service's own
 * pages a library's refusal (the health check's) is passed on with its details, and is logged.
 */
@Catch()
export class FallbackErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  constructor(private readonly protocols: ProtocolTable) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const path = request.originalUrl.split('?')[0] as string;
    const protocol = this.protocols.of(path);
    if (protocol === plain && thrown instanceof HttpException && thrown.getStatus() >= 500)
      return this.passOn(thrown, response);
    const allow = thrown instanceof NotFoundException ? allowedMethods(request) : [];
    const error = allow.length ? new AuthError('method_not_allowed', { allow }) : thrown;
    answerError(protocol, error, response);
  }

  private passOn(thrown: HttpException, response: Response): void {
    const answer = thrown.getResponse();
    // What readiness finds is no failure of the service's own: its answer says which part is down, and so does the log.
    if (isHealthReport(answer)) this.logger.warn(`not ready: ${JSON.stringify(answer.error)}`);
    else
      this.logger.error(thrown.cause ?? thrown, (thrown.cause as Error | undefined)?.stack ?? thrown.stack);
    response.status(thrown.getStatus()).json(answer);
  }
}

function isHealthReport(answer: string | object): answer is HealthCheckResult {
  return typeof answer === 'object' && 'details' in answer && 'error' in answer;
}

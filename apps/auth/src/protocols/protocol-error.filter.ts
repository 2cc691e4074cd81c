import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { answerError } from './answer-error.js';
import type { Protocol } from './protocol.js';

/** On a protocol's controllers: everything thrown by guards, pipes and handlers, in that protocol's words. */
@Catch()
export class ProtocolErrorFilter implements ExceptionFilter {
  constructor(private readonly protocol: Protocol) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    answerError(this.protocol, thrown, host.switchToHttp().getResponse());
  }
}

import { applyDecorators, UseFilters, UsePipes, ValidationPipe } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ProtocolErrorFilter } from './protocol-error.filter.js';
import type { Protocol } from './protocol.js';
import { toInvalidParameters } from './to-auth-error.js';

/** Makes a controller speak a protocol: its strictness on the way in, its words for what is refused. */
export function UseProtocol(protocol: Protocol): ClassDecorator {
  const pipe = new ValidationPipe({
    ...protocol.validation,
    stopAtFirstError: true,
    validateCustomDecorators: true,
    validationError: { target: false, value: false },
    exceptionFactory: toInvalidParameters,
  });
  return applyDecorators(
    UseFilters(new ProtocolErrorFilter(protocol)),
    UsePipes(pipe),
    ApiTags(protocol.name),
  );
}

import { applyDecorators, UseFilters, UsePipes, ValidationPipe } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ApiTags } from '@nestjs/swagger';
import { ProtocolErrorFilter } from './protocol-error.filter.js';
import type { Protocol } from './protocol.js';
import { toInvalidParameters } from './to-auth-error.js';

/** Which protocol a controller speaks: what the table of protocols is made from. */
export const Speaks = DiscoveryService.createDecorator<Protocol>();

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
    Speaks(protocol),
    UseFilters(new ProtocolErrorFilter(protocol)),
    UsePipes(pipe),
    ApiTags(protocol.name),
  );
}

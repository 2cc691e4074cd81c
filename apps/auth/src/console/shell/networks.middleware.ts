import { Injectable, type NestMiddleware } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError } from '@app/kernel';
import { clientAddress } from '@app/throttle';
import type { NextFunction, Request, Response } from 'express';

/**
 * From elsewhere there is no console, and nothing is counted. Pages of other sites get nothing to read of it, whichever of them may call
 * the protocols.
 */
@Injectable()
export class NetworksMiddleware implements NestMiddleware {
  constructor(private readonly config: Config) {}

  use(request: Request, response: Response, next: NextFunction): void {
    response.removeHeader('Access-Control-Allow-Origin');
    response.removeHeader('Access-Control-Allow-Credentials');
    const isNear = this.config.console.networks.has(clientAddress(request));
    next(isNear ? undefined : new AuthError('path_unknown'));
  }
}

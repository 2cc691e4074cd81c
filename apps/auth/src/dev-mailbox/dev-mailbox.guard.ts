import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Config } from '@app/config';
import { Mailbox } from '@app/delivery';
import { AuthError } from '@app/kernel';
import type { Request, Response } from 'express';

const HOST = /^(\[[\da-f:.]+\]|[^:/?#@[\]]+)(?::\d+)?$/i;

/**
 * The mailbox shows every code, so a page of another site must not be able to read it: nothing here is given to
 * other origins, and a host name that is not ours, which a foreign site could have pointed at this address (DNS
 * rebinding), is answered like an unknown path.
 */
@Injectable()
export class DevMailboxGuard implements CanActivate {
  private readonly logger = new Logger('Mailbox');
  private readonly hosts: string[];

  constructor(
    private readonly mailbox: Mailbox,
    { http }: Config,
  ) {
    this.hosts = [
      'localhost',
      '127.0.0.1',
      '[::1]',
      http.host,
      `[${http.host}]`,
      new URL(http.publicUrl).hostname,
    ];
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!this.mailbox.open) throw new AuthError('path_unknown');
    if (!this.isOurs(request.headers.host)) {
      this.logger.warn(
        'asked for under a host name that is neither localhost nor that of HOST or PUBLIC_URL',
      );
      throw new AuthError('path_unknown');
    }
    const response = context.switchToHttp().getResponse<Response>();
    response.removeHeader('Access-Control-Allow-Origin');
    response.removeHeader('Access-Control-Allow-Credentials');
    return true;
  }

  /** By the header as it was sent: what a proxy claims it was is anybody's claim. */
  private isOurs(host = ''): boolean {
    const name = HOST.exec(host)?.[1];
    return name !== undefined && this.hosts.includes(name.toLowerCase());
  }
}

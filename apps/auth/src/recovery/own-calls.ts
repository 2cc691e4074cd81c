import { Injectable } from '@nestjs/common';
import { Clock, Ids, type RequestContext } from '@app/kernel';

/** Calls that nobody makes: what the service does by itself. */
@Injectable()
export class OwnCalls {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  of(protocol: string): RequestContext {
    const client = { address: 'self', network: 'self', userAgent: '', requestId: '' };
    return { protocol, client, now: this.clock.now(), nextId: () => this.ids.next() };
  }
}

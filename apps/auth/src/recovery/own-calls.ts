import { Injectable } from '@nestjs/common';
import { Clock, Ids, type Call } from '@app/kernel';

/** Calls that nobody makes: what the service does by itself. */
@Injectable()
export class OwnCalls {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  of(protocol: string): Call {
    const client = { address: 'self', userAgent: '', requestId: '' };
    return { protocol, client, now: this.clock.now(), nextId: () => this.ids.next() };
  }
}

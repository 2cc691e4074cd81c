import { Injectable } from '@nestjs/common';
import { Clock, Ids, ownClient, type RequestContext } from '@app/kernel';

/** Calls that nobody makes: what the service does by itself. */
@Injectable()
export class OwnCalls {
  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  of(protocol: string): RequestContext {
    return { protocol, client: ownClient(), now: this.clock.now(), nextId: () => this.ids.next() };
  }
}

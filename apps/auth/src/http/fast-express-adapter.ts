import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';

/**
 * Express sets the prototype of every request and response anew, which turns them into slow objects in V8. Made with
 * the final prototype from the start, that call does nothing: more than twice the throughput, same behaviour.
 */
export class FastExpressAdapter extends ExpressAdapter {
  override initHttpServer(options: Parameters<ExpressAdapter['initHttpServer']>[0]): void {
    super.initHttpServer(options);
    const app: Express = this.getInstance();
    const Request = withPrototype(IncomingMessage, app.request);
    const Response = withPrototype(ServerResponse, app.response);
    this.httpServer = createServer({ IncomingMessage: Request, ServerResponse: Response }, app);
  }
}

function withPrototype<T extends typeof IncomingMessage | typeof ServerResponse>(
  base: T,
  prototype: object,
): T {
  function Constructed(this: unknown, ...args: unknown[]): void {
    Reflect.apply(base, this, args);
  }
  Constructed.prototype = prototype;
  return Constructed as unknown as T;
}

import type { NestExpressApplication } from '@nestjs/platform-express';
import { RefusalLog } from '@app/audit';
import { Config } from '@app/config';
import { Clock, Ids } from '@app/kernel';
import { SPEECHES, Speeches } from '@app/pages';
import helmet from 'helmet';
import { attachCall } from './http/attach-call.js';
import { createLogger, PinoLoggerService } from './http/logger.js';
import { MetricsService } from './metrics/metrics.service.js';
import { serveExplorer } from './openapi-document.js';
import { docspaceSpellings } from './protocols/docspace/docspace-spellings.js';
import { navixySpellings } from './protocols/navixy/navixy-parameters.js';
import { ProtocolTable } from './protocols/protocol-table.js';
import { readBody } from './http/read-body.js';
import { recordRefusals } from './http/record-refusals.js';
import { requestLog } from './http/request-log.js';
import { Tracing } from './tracing/tracing.js';

/** How long an idle connection stays open: longer than the load balancers in front keep theirs. */
const KEEP_ALIVE_MS = 75_000;

/** What the service and its tests do alike, in the order in which a request meets it. `demo`: whether the explorer has an account to show. */
export function configureApp(app: NestExpressApplication, config: Config, { demo = false } = {}): void {
  const logger = createLogger(config);
  const protocols = app.get(ProtocolTable);
  app.useLogger(new PinoLoggerService(logger));
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', config.http.trustedProxies);
  app.set('query parser', 'simple');
  app.setLocal(SPEECHES, app.get(Speeches));

  app.use(attachCall(protocols, app.get(Clock), app.get(Ids), config));
  app.use(recordRefusals(app.get(RefusalLog)));
  const { observe } = app.get(Tracing);
  if (observe) app.use(observe);
  app.use(requestLog(logger));
  app.use(app.get(MetricsService).observe());
  app.use(securityHeaders(config));
  const { patterns } = config.http.corsOrigins;
  if (patterns.length) {
    app.enableCors({
      origin: [...patterns],
      credentials: true,
      exposedHeaders: ['Retry-After', 'X-Request-Id', 'X-Development-Session', 'Idempotency-Replayed'],
    });
  }
  app.use(docspaceSpellings(protocols));
  app.use(readBody(protocols));
  app.use(navixySpellings(protocols));
  serveExplorer(app, config, demo);
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
}

/** A page served over plain HTTP, as in development, must not tell the browser to come back over HTTPS. */
function securityHeaders({ http }: Config): ReturnType<typeof helmet> {
  return helmet({
    strictTransportSecurity: http.secure,
    contentSecurityPolicy: {
      directives: { 'base-uri': ["'none'"], 'upgrade-insecure-requests': http.secure ? [] : null },
    },
  });
}

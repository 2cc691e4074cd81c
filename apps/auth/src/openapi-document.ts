import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { basePathOf, VERSION, type Config } from '@app/config';
import { addDemo, keepCredential } from './demo/demo-flows.js';
import { describeIdempotency } from './idempotency-answers.js';
import { DFNS_TOKEN } from './protocols/dfns/dfns-api.decorator.js';
import { WACHT_SESSION } from './protocols/wacht/wacht-api.decorator.js';
import { shareComponents } from './shared-components.js';
import { YAT_BEARER } from './protocols/yat/yat-api.decorator.js';
import { DOCSPACE_COOKIE, DOCSPACE_HEADER } from './protocols/docspace/docspace-api.decorator.js';
import { partOf, type Readers } from './part-of-document.js';
import { ADMIN_KEY } from './protocols/admin/admin-api.decorator.js';
import { SERVICE_BASIC, SERVICE_BEARER } from './protocols/service/service-api.decorator.js';
import { NAVIXY_HASH } from './protocols/navixy/navixy-api.decorator.js';

type PathItemObject = OpenAPIObject['paths'][string];
type OperationObject = NonNullable<PathItemObject['get']>;

const TITLES: Record<Readers, [title: string, description: string]> = {
  clients: [
    'Countersign',
    'Self-hosted authentication: each client family keeps the protocol it already speaks.',
  ],
  operators: [
    'Countersign: administration',
    'What an operator’s programs ask and do, each with a key of its own.',
  ],
};

/**
 * The OpenAPI document of everything the service answers to these readers. `demo`: with what to send for the account of the
 * demonstration.
 */
export function openApiDocument(
  app: INestApplication,
  config: Pick<Config, 'http'>,
  { demo = false, readers = 'clients' as Readers } = {},
): OpenAPIObject {
  const [title, about] = TITLES[readers];
  const description = new DocumentBuilder()
    .setTitle(title)
    .setDescription(about)
    .setVersion(VERSION)
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'Authorization', description: '`NVX <hash>`' },
      NAVIXY_HASH,
    )
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'Authorization', description: '`<token>` or `Bearer <token>`' },
      DOCSPACE_HEADER,
    )
    .addCookieAuth('asc_auth_key', { type: 'apiKey', in: 'cookie', name: 'asc_auth_key' }, DOCSPACE_COOKIE)
    .addCookieAuth('__session', { type: 'apiKey', in: 'cookie', name: '__session' }, WACHT_SESSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, YAT_BEARER)
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, DFNS_TOKEN)
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, SERVICE_BEARER)
    .addBasicAuth({ type: 'http', scheme: 'basic' }, SERVICE_BASIC)
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, ADMIN_KEY)
    .build();
  const whole = SwaggerModule.createDocument(app, description, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const document = partOf(whole, readers);
  for (const operation of Object.values(document.paths).flatMap(operationsOf)) {
    splitComment(operation);
    describeIdempotency(operation);
  }
  for (const schema of Object.values(document.components?.schemas ?? {})) keepAlternatives(schema);
  if (demo) addDemo(document);
  shareComponents(document);
  const base = basePathOf(config);
  // Where the service lies below a path, clients call it there: on whatever host the document was read from.
  if (base) document.servers = [{ url: base }];
  return document;
}

/** The plugin adds the enumeration of the TypeScript type beside alternatives that say more than it. */
function keepAlternatives(schema: object): void {
  const { properties = {} } = schema as { properties?: Record<string, { oneOf?: unknown; enum?: unknown }> };
  for (const property of Object.values(properties)) if (property.oneOf) delete property.enum;
}

function operationsOf(path: PathItemObject): OperationObject[] {
  return Object.values(path).filter(
    (each): each is OperationObject => typeof each === 'object' && 'responses' in each,
  );
}

/** The plugin makes a handler's whole comment its summary: the first paragraph is, the rest describes. */
function splitComment(operation: OperationObject): void {
  const [summary = '', ...rest] = (operation.summary ?? '').split('\n\n');
  operation.summary = summary.replaceAll('\n', ' ');
  if (rest.length) operation.description = rest.join('\n\n').replace(/(?<!\n)\n(?!\n)/g, ' ');
}

/**
 * The explorers, each with its document, made when first asked for: `/docs` and `/openapi.json` for clients, `/docs/admin` and
 * `/openapi.admin.json` for an operator's programs.
 */
export function serveExplorer(app: INestApplication, config: Config, demo: boolean): void {
  const options = {
    customSiteTitle: 'Countersign',
    // In production a browser must not keep what somebody has typed into the explorer once.
    swaggerOptions: {
      persistAuthorization: !config.production,
      deepLinking: true,
      // By family: a hundred calls at once take a browser seconds to show, and nobody looks for all of them.
      docExpansion: 'none',
    },
  };
  // The longer path first: behind the other one nothing below it would be found.
  SwaggerModule.setup('docs/admin', app, () => openApiDocument(app, config, { readers: 'operators' }), {
    ...options,
    jsonDocumentUrl: 'openapi.admin.json',
  });
  SwaggerModule.setup('docs', app, () => openApiDocument(app, config, { demo }), {
    ...options,
    jsonDocumentUrl: 'openapi.json',
    swaggerOptions: { ...options.swaggerOptions, ...(demo && { responseInterceptor: keepCredential }) },
  });
}

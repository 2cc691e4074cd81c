import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { readConfig } from '@app/config';
import { AppModule } from './app.module.js';
import { openApiDocument } from './openapi-document.js';
import { routesDocument } from './routes-document.js';

// Writes the two documents to the files named on the command line. Preview mode makes no provider: no database is needed.
const app = await NestFactory.create(AppModule.forRoot(readConfig({}), 'postgres://unused'), {
  preview: true,
  logger: false,
});
writeFileSync(process.argv[2] ?? 'openapi.json', `${JSON.stringify(openApiDocument(app), null, 2)}\n`);
writeFileSync(process.argv[3] ?? 'docs/routes.md', routesDocument(app));

import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { readConfig } from '@app/config';
import { AppModule } from './app.module.js';
import { openApiDocument } from './openapi-document.js';

// Writes the document to the file named on the command line. Preview mode makes no provider: no database is needed.
const app = await NestFactory.create(AppModule.forRoot(readConfig({}), 'postgres://unused'), {
  preview: true,
  logger: false,
});
writeFileSync(process.argv[2] ?? 'openapi.json', `${JSON.stringify(openApiDocument(app), null, 2)}\n`);

import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { readConfig } from '@app/config';
import { AppModule } from './app.module.js';
import { openApiDocument } from './openapi-document.js';
import { routesDocument } from './routes-document.js';

/** JSON with a line for each operation and component, so that a change is seen where it is, and few more bytes than it needs. */
function inLines(value: object, depth: number, indent = ''): string {
  if (depth === 0 || Array.isArray(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]: [string, unknown]) => {
    const said =
      typeof each === 'object' && each !== null
        ? inLines(each, depth - 1, `${indent} `)
        : JSON.stringify(each);
    return `${indent} ${JSON.stringify(key)}: ${said}`;
  });
  return members.length ? `{\n${members.join(',\n')}\n${indent}}` : '{}';
}

// Writes the three documents to the files named on the command line. Preview mode makes no provider: no database is needed.
const config = readConfig({});
const app = await NestFactory.create(AppModule.forRoot(config, 'postgres://unused'), {
  preview: true,
  logger: false,
});
writeFileSync(process.argv[2] ?? 'openapi.json', `${inLines(openApiDocument(app, config), 3)}\n`);
const operators = openApiDocument(app, config, { readers: 'operators' });
writeFileSync(process.argv[4] ?? 'openapi.admin.json', `${inLines(operators, 3)}\n`);
writeFileSync(process.argv[3] ?? 'docs/routes.md', routesDocument(app));

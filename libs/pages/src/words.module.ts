import { Global, Module } from '@nestjs/common';
import { Config } from '@app/config';
import { readTemplates } from './templates/read-templates.js';
import { Speeches } from './words/speeches.js';

/** The operator's words are looked through before anything is said. */
function speeches({ templatesDir }: Config): Speeches {
  return new Speeches(templatesDir === undefined ? undefined : readTemplates(templatesDir));
}

/** What the service says, wherever it says something. */
@Global()
@Module({ providers: [{ provide: Speeches, useFactory: speeches, inject: [Config] }], exports: [Speeches] })
export class WordsModule {}

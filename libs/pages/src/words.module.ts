import { Global, Module } from '@nestjs/common';
import { Speeches } from './words/speeches.js';

/** What the service says, wherever it says something. */
@Global()
@Module({ providers: [{ provide: Speeches, useFactory: () => new Speeches() }], exports: [Speeches] })
export class WordsModule {}

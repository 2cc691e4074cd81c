import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readEnvironment, type Config } from '@app/config';
import { AppModule } from './app.module.js';
import { migrateDatabase, openDatabase } from './boot/open-database.js';
import { printer } from './boot/printer.js';
import { readStacksFromSources } from './boot/readable-stacks.js';
import { drain, listen } from './boot/serve.js';
import { Shutdown } from './boot/shutdown.js';
import { reasonOf } from './boot/start-up-error.js';
import { configureApp } from './configure-app.js';
import { DEMO, mayHaveDemo, seedDemo } from './demo/demo-account.js';
import { FastExpressAdapter } from './http/fast-express-adapter.js';

readStacksFromSources();
const shutdown = new Shutdown();

async function start(): Promise<void> {
  const config = readEnvironment();
  const print = printer(config);
  const database = await openDatabase(config, print);
  shutdown.add(() => database.stop());
  await migrateDatabase(database.url, config, print);
  const demo = mayHaveDemo(config) && !process.argv.includes('--no-demo');
  const app = await createApp(config, database.url, demo);
  const url = await listen(app, config);
  if (demo) await seedDemo(app);
  app.flushLogs();
  print(`Countersign is ready: ${url}`);
  print(`  explorer  ${url}/docs`);
  if (!config.delivery.mailProviders.length) print(`  mailbox   ${url}/dev/mailbox`);
  print(`  health    ${url}/health/ready`);
  if (demo) print(`  demo      ${DEMO.email}, password ${DEMO.password} (none with --no-demo)`);
}

async function createApp(
  config: Config,
  databaseUrl: string,
  demo: boolean,
): Promise<NestExpressApplication> {
  // Without aborting and flushing, a failure reaches us as an error and not the terminal as a stack.
  const options = { bufferLogs: true, autoFlushLogs: false, abortOnError: false, bodyParser: false };
  const room = AppModule.forRoot(config, databaseUrl);
  const app = await NestFactory.create<NestExpressApplication>(room, new FastExpressAdapter(), options);
  shutdown.add(() => app.close());
  shutdown.add(() => drain(app.getHttpServer()));
  configureApp(app, config, { demo });
  return app;
}

await start().catch(async (error: unknown) => {
  // What fails because it is being stopped is no news.
  if (!shutdown.hasBegun) process.stderr.write(`${reasonOf(error)}\n`);
  await shutdown.end(1);
});

import { Module } from '@nestjs/common';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { DeliveryModule, Outbox } from '@app/delivery';
import { Tracing } from './tracing.js';

/** OpenTelemetry takes longer to load than the rest of the start may wait: only who asks for traces has it loaded. */
async function tracing(config: Config, database: Database, outbox: Outbox): Promise<Tracing> {
  if (!config.tracing) return new Tracing();
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing(config.tracing, database, outbox);
}

@Module({
  imports: [DeliveryModule],
  providers: [{ provide: Tracing, useFactory: tracing, inject: [Config, Database, Outbox] }],
})
export class TracingModule {}

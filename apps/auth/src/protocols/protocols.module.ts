import { Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { FallbackErrorFilter } from './fallback-error.filter.js';
import { ProtocolTable } from './protocol-table.js';

/** Who speaks how: for what happens to a request before a controller is found for it, or when none is. */
@Module({
  imports: [DiscoveryModule],
  providers: [ProtocolTable, { provide: APP_FILTER, useClass: FallbackErrorFilter }],
})
export class ProtocolsModule {}

import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DeliveryModule } from '@app/delivery';
import { ServerKeysModule } from '@app/server-keys';
import { HealthController } from './health.controller.js';
import { ReadinessIndicators } from './readiness.indicators.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), DeliveryModule, ServerKeysModule],
  controllers: [HealthController],
  providers: [ReadinessIndicators],
})
export class HealthModule {}

import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Liveness } from './health.dto.js';
import { ReadinessIndicators } from './readiness.indicators.js';

@Controller('health')
@ApiTags('operations')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly ready: ReadinessIndicators,
  ) {}

  /** Whether the process runs: restart it when this fails. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): Liveness {
    return { status: 'ok' };
  }

  /** Whether the process can do its work: send it no requests while this fails. */
  @Get('ready')
  @HealthCheck()
  readiness(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.ready.databaseAnswers(),
      () => this.ready.keysAreThere(),
      () => this.ready.limitsCount(),
      () => this.ready.queueMoves(),
    ]);
  }
}

import type { Logger } from '@nestjs/common';

/** Says once that the database is away, and once that it is back, however often it is asked in between. */
export class Outage {
  private lasting = false;

  constructor(private readonly logger: Logger) {}

  failed(error: unknown): void {
    if (this.lasting) return;
    this.lasting = true;
    const { name, message } = error as Error;
    this.logger.error(`Messages wait in the table, which cannot be reached: ${name}: ${message}`);
  }

  passed(): void {
    if (!this.lasting) return;
    this.lasting = false;
    this.logger.log('The table of messages can be reached again.');
  }
}

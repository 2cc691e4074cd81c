import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, part, sql, statement, type Sql } from '@app/database';
import { deliveryReport, type DeliveryReport } from './delivery-report.js';
import { signedId, type SignedCall } from './standard-webhooks.js';

/** Condition on a recipient `r`: a message to its address came back for good, and nobody has lifted that. */
export const isSuppressed: Sql = sql`EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address))`;

/** What providers say after the hand-over. */
@Injectable()
export class DeliveryReports {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** Takes a signed report, of a known message or not: whoever signs learns nothing of it. One that comes again changes nothing. */
  async take(call: SignedCall, body: unknown, now: Date): Promise<'taken' | 'forged' | 'malformed'> {
    const { reportsSecret } = this.config.delivery;
    const id = reportsSecret && signedId(reportsSecret, call, now);
    if (!id) return 'forged';
    const report = deliveryReport(body);
    if (!report) return 'malformed';
    await this.record(`webhook:${id}`, report, now);
    return 'taken';
  }

  private async record(
    id: string,
    { kind, reference, messageId, detail }: DeliveryReport,
    now: Date,
  ): Promise<void> {
    const message = part<{ reference: string; recipient: string }>(
      'reported',
      sql`
      SELECT m.reference, m.recipient FROM messages m WHERE m.reference IS NOT NULL
        AND (m.reference = ${reference ?? null}::text OR m.id = ${messageId ?? null}::bigint) LIMIT 1`,
    );
    const event = part<{ reference: string }>(
      'event',
      sql`
      INSERT INTO delivery_events (id, at, reference, kind, provider, detail)
      SELECT ${id}, ${now}::timestamptz, m.reference, ${kind}, 'webhook', ${detail ?? null}::text FROM ${message} m
      ON CONFLICT (id) DO NOTHING RETURNING reference`,
    );
    const suppressed = part(
      'suppressed',
      sql`
      INSERT INTO suppressed_addresses (address, since, reference, detail)
      SELECT lower(m.recipient), ${now}::timestamptz, m.reference, ${detail ?? null}::text FROM ${message} m JOIN ${event} USING (reference)
      WHERE ${kind} = 'bounced' ON CONFLICT (address) DO NOTHING RETURNING address`,
    );
    await this.database.rows(statement(event, suppressed));
  }
}

import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, part, sql, statement, type Sql } from '@app/database';
import { deliveryReport, type DeliveryReport, type SignedReport } from './delivery-report.js';
import { signedId, type SignedCall } from './standard-webhooks.js';
import { liftSuppression } from './lift-suppression.js';
import { twilioReport } from './twilio-report.js';
import { vonageReport } from './vonage-report.js';

/** Condition on a recipient `r`: a message to its address came back for good, and nobody has lifted that. */
export const isSuppressed: Sql = sql`EXISTS (SELECT FROM suppressed_addresses b WHERE b.address = lower(r.address))`;

/** Where providers report to. */
export const reportsUrl = ({ http }: Config): string => `${http.publicUrl}/delivery/events`;

/** What providers say after the hand-over. */
@Injectable()
export class DeliveryReports {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** Takes a signed report, of a known message or not: whoever signs learns nothing of it. One that comes again changes nothing. */
  async take(call: SignedCall, body: unknown, now: Date): Promise<'taken' | 'forged' | 'malformed'> {
    const fields = fieldsOf(body);
    const signed = this.ofTwilio(call, fields) ?? this.ofVonage(fields, now) ?? this.generic(call, body, now);
    if (typeof signed === 'string') return signed;
    if (signed.report) await this.record(signed.id, signed.report, now);
    return 'taken';
  }

  private ofTwilio({ headers }: SignedCall, fields: Record<string, string>): SignedReport | undefined {
    const tokens = this.config.delivery.textProviders.flatMap((one) =>
      one.kind === 'twilio' ? [one.token] : [],
    );
    return twilioReport(reportsUrl(this.config), tokens, headers['x-twilio-signature'], fields);
  }

  private ofVonage(fields: Record<string, string>, now: Date): SignedReport | undefined {
    const secrets = this.config.delivery.textProviders.flatMap((one) =>
      one.kind === 'vonage' && one.signatureSecret ? [one.signatureSecret] : [],
    );
    return vonageReport(secrets, fields, now);
  }

  private generic(call: SignedCall, body: unknown, now: Date): SignedReport | 'forged' | 'malformed' {
    const { reportsSecret } = this.config.delivery;
    const id = reportsSecret && signedId(reportsSecret, call, now);
    if (!id) return 'forged';
    const report = deliveryReport(body);
    return report ? { id: `webhook:${id}`, report } : 'malformed';
  }

  private async record(id: string, said: DeliveryReport, now: Date): Promise<void> {
    const { kind, provider, detail, reference, messageId, providerId } = said;
    const message = part<{ reference: string; recipient: string }>(
      'reported',
      sql`
      SELECT m.reference, m.recipient FROM messages m WHERE m.reference IS NOT NULL
        AND (m.reference = ${reference ?? null}::text OR m.id = ${messageId ?? null}::bigint
          OR (m.channel = 'sms' AND m.provider_id = ${providerId ?? null}::text AND m.provider ~ ${`^${provider}(#|$)`})) LIMIT 1`,
    );
    const event = part<{ reference: string }>(
      'event',
      sql`
      INSERT INTO delivery_events (id, at, reference, kind, provider, detail)
      SELECT ${id}, ${now}::timestamptz, m.reference, ${kind}, ${provider}, ${detail ?? null}::text FROM ${message} m
      ON CONFLICT (id) DO NOTHING RETURNING reference`,
    );
    const suppressed = part(
      'suppressed',
      sql`
      INSERT INTO suppressed_addresses (address, since, reference, detail)
      SELECT lower(m.recipient), ${now}::timestamptz, m.reference, ${detail ?? null}::text FROM ${message} m JOIN ${event} USING (reference)
      WHERE ${kind} = 'bounced' ON CONFLICT (address) DO NOTHING RETURNING address`,
    );
    const arrived = part<{ address: string }>(
      'arrived',
      sql`SELECT m.recipient AS address FROM ${message} m JOIN ${event} USING (reference) WHERE ${kind} = 'delivered'`,
    );
    await this.database.rows(statement(event, suppressed, liftSuppression(arrived)));
  }
}

/** The fields of a form, and of a JSON object what could be one's. */
function fieldsOf(body: unknown): Record<string, string> {
  const entries = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

import { part, type Part, sql } from '@app/database';

/** From now on messages go to these addresses again. */
export function liftSuppression(addresses: (string | null)[]): Part<{ address: string }> {
  return part(
    'lifted',
    sql`
    DELETE FROM suppressed_addresses WHERE address IN (SELECT lower(a) FROM unnest(${addresses}::text[]) a) RETURNING address`,
  );
}

import { part, type Part, sql } from '@app/database';

/** From now on messages go to the addresses in part `of` again: somebody has received one there, or an operator knows better. */
export function liftSuppression(of: Part<{ address: string }>): Part<{ address: string }> {
  return part(
    'lifted',
    sql`
    DELETE FROM suppressed_addresses b USING ${of} f WHERE b.address = lower(f.address) RETURNING b.address`,
  );
}

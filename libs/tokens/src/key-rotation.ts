import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { part, type Part, sql } from '@app/database';
import { KeyRing, plusSeconds } from '@app/kernel';
import { generateSealedKey, type SealedKey } from './signing-key.js';
import { ACTIVATION_SECONDS, LEEWAY_SECONDS } from './times.js';

/** A new key, and the statement that puts it in the place of the newest one. */
export interface Rotation {
  kid: string;
  /** When it begins to sign. */
  signsFrom: Date;
  /** Until when the keys before it verify. */
  goodUntil: Date;
  parts: RotationParts;
}

// A type and not an interface, so that it is a record of parts too.
type RotationParts = {
  /** No row when nothing was rotated: there is no key yet, or an earlier rotation has not taken effect yet. */
  installed: Part<{ kid: string }>;
  forgotten: Part<{ kid: string }>;
};

type Succession = Pick<Rotation, 'signsFrom' | 'goodUntil'>;

/** Replaces the signing key. Only the operator does: a service that rotated by itself would surprise its verifiers. */
@Injectable()
export class KeyRotation {
  constructor(
    private readonly ring: KeyRing,
    private readonly config: Config,
  ) {}

  /**
   * The new key is published at once and signs in ten minutes; the old one then verifies until the last token it signed
   * has expired. `compromised`: the new one signs and all others end now, and with them every token they signed.
   */
  async prepare(now: Date, { compromised = false } = {}): Promise<Rotation> {
    const key = await generateSealedKey(this.ring);
    const succession = compromised ? { signsFrom: now, goodUntil: now } : this.planned(now);
    return { kid: key.kid, ...succession, parts: replace(key, succession, { now, endsAll: compromised }) };
  }

  /** By the ceiling and not by the configured life, which another replica may have another value of. */
  private planned(now: Date): Succession {
    const signsFrom = plusSeconds(now, ACTIVATION_SECONDS);
    const goodUntil = plusSeconds(signsFrom, this.config.tokens.longestLifeSeconds + LEEWAY_SECONDS);
    return { signsFrom, goodUntil };
  }
}

/** `endsAll`: whatever was retired or announced earlier too. Keys that are no longer good are forgotten. */
function replace(
  { kid, privateKeySealed }: SealedKey,
  { signsFrom, goodUntil }: Succession,
  { now, endsAll }: { now: Date; endsAll: boolean },
): RotationParts {
  const replaced = endsAll
    ? sql`good_until IS NULL OR good_until > ${now}::timestamptz`
    : sql`good_until IS NULL AND signs_from <= ${now}::timestamptz`;
  const retired = part<{ kid: string }>(
    'retired',
    sql`
      UPDATE signing_keys
      SET retired_at = LEAST(retired_at, ${signsFrom}::timestamptz), good_until = ${goodUntil}::timestamptz
      WHERE ${replaced} RETURNING kid`,
  );
  return {
    // The count has every key retired before one is inserted: two without a successor at a time are refused.
    installed: part(
      'installed',
      sql`
      INSERT INTO signing_keys (kid, private_key_sealed, created_at, signs_from)
      SELECT ${kid}, ${privateKeySealed}, ${now}::timestamptz, ${signsFrom}::timestamptz
      FROM (SELECT count(*) AS keys FROM ${retired}) r WHERE r.keys > 0
      ON CONFLICT DO NOTHING RETURNING kid`,
    ),
    forgotten: part(
      'forgotten',
      sql`DELETE FROM signing_keys WHERE good_until <= ${now}::timestamptz RETURNING kid`,
    ),
  };
}

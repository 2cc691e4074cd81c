import type { RingVerdict } from './ring-verdict.js';

type Refused = Exclude<RingVerdict['outcome'], 'admitted'>;

const SENTENCES: Record<Refused, (keys: string) => string> = {
  other_key: (keys) =>
    `COUNTERSIGN_KEYS has another key of the name ${keys} than the one that this database was used with. ` +
    'Nothing was changed. Give the service the keys it had before; a new key needs a name of its own.',
  other_ring: (keys) =>
    `COUNTERSIGN_KEYS has none of the keys that this database was used with (${keys}). Nothing was changed. ` +
    'Set it to the ring that the service has (without the variable it is in DATA_DIR/keys); keys that are lost for good go by ' +
    '`keys ring forget`.',
  without_maker: (keys) =>
    `COUNTERSIGN_KEYS lacks ${keys}, the key under which codes and secrets are made now. Nothing was changed. ` +
    'Put it back; it can leave the ring when another key makes (`keys ring status`).',
  no_keys_yet: () =>
    'COUNTERSIGN_KEYS is not set, and this database does not know yet which keys it is used with. Nothing was changed. ' +
    'Set it to the ring that the service has, or start the service once.',
};

/** A key ring that is not the one of this installation: a sentence for the operator, who has to mend it. */
export class KeyRingRefused extends Error {
  override readonly name = 'KeyRingRefused';

  constructor(outcome: Refused, keys: readonly string[] | null) {
    super(SENTENCES[outcome](keys?.join(', ') ?? ''));
  }
}

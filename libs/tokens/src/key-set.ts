import type { PublicJwk, SigningKey } from './signing-key.js';

/** A key that cannot be opened here: the others serve on without it. */
export type ClosedKey = Pick<SigningKey, 'kid' | 'signsFrom' | 'goodUntil'> & { problem: Error };

/** The keys of one look at the table. It also knows the future: which of them signs when. */
export class KeySet {
  /** `keys`: in the order in which they sign, at least one; `readAt`: when the table was looked at. */
  constructor(
    private readonly keys: readonly (SigningKey | ClosedKey)[],
    readonly readAt: Date,
  ) {}

  /** Whether a key could not be opened, so that another look may be worth it. */
  get isPartial(): boolean {
    return this.opens.length < this.keys.length;
  }

  /**
   * The key that signs. Before the first one's time (a replica whose clock is late) it is the first one. Throws when that key cannot
   * be opened: what another signed in its place would end before its time.
   */
  signer(now: Date): SigningKey | undefined {
    const good = this.keys.filter((key) => isGood(key, now));
    const key = good.findLast(({ signsFrom }) => signsFrom <= now) ?? good[0];
    if (key && 'problem' in key) throw key.problem;
    return key;
  }

  /** The key of this id, while a token it signed can be good. */
  find(kid: string, now: Date): SigningKey | undefined {
    return this.good(now).find((key) => key.kid === kid);
  }

  published(now: Date): PublicJwk[] {
    return this.good(now).map(({ jwk }) => jwk);
  }

  /** A key opened earlier, which needs no opening again. */
  opened(kid: string): SigningKey | undefined {
    return this.opens.find((key) => key.kid === kid);
  }

  private good(now: Date): SigningKey[] {
    return this.opens.filter((key) => isGood(key, now));
  }

  private get opens(): SigningKey[] {
    return this.keys.filter((key): key is SigningKey => !('problem' in key));
  }
}

function isGood({ goodUntil }: Pick<SigningKey, 'goodUntil'>, now: Date): boolean {
  return !goodUntil || goodUntil > now;
}

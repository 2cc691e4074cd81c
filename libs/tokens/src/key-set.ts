import type { PublicJwk, SigningKey } from './signing-key.js';

/** The keys of one look at the table. It also knows the future: which of them signs when. */
export class KeySet {
  /** `keys`: in the order in which they sign, at least one; `readAt`: when the table was looked at. */
  constructor(
    private readonly keys: readonly SigningKey[],
    readonly readAt: Date,
  ) {}

  /** The key that signs. Before the first one's time (a replica whose clock is late) it is the first one. */
  signer(now: Date): SigningKey | undefined {
    const good = this.good(now);
    return good.findLast(({ signsFrom }) => signsFrom <= now) ?? good[0];
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
    return this.keys.find((key) => key.kid === kid);
  }

  private good(now: Date): SigningKey[] {
    return this.keys.filter(({ goodUntil }) => !goodUntil || goodUntil > now);
  }
}

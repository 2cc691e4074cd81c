/** A public key (RFC 7517). */
export class Jwk {
  /** @example 'EC' */
  kty: string;
  /** @example 'P-256' */
  crv: string;
  /** @example 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU' */
  x: string;
  /** @example 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' */
  y: string;
  /** The `kid` in the header of the tokens it verifies. @example 'oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U' */
  kid: string;
  /** @example 'ES256' */
  alg: string;
  /** @example 'sig' */
  use: string;
}

export class JwksResponse {
  keys: Jwk[];
}

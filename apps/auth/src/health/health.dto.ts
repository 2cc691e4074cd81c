export class Liveness {
  /** @example 'ok' */
  status: string;
}

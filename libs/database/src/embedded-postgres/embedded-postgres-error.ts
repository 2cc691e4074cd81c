/** Why the embedded Postgres cannot run, and what to do: a sentence for the person at the terminal. Holds no secret. */
export class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
  }
}

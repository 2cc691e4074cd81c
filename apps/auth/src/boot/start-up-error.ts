/** Why the service cannot start: a sentence for the person at the terminal. Holds no secret. */
export class StartUpError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartUpError';
  }
}

/** What a failure says of itself. A refused connection says it in the failures of the single addresses. */
export function reasonOf(error: unknown): string {
  const { message, errors, code } = error as { message?: string; errors?: unknown[]; code?: string };
  if (message) return message;
  return errors?.length ? reasonOf(errors[0]) : (code ?? String(error));
}

import type { OpenAPIObject } from '@nestjs/swagger';
import { IDEMPOTENCY_KEY } from '@app/idempotency';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

const ANSWERS = {
  409: 'The call under this Idempotency-Key is not done yet, or was interrupted.',
  422: 'Another call was made under this Idempotency-Key.',
};

/** What an operation that takes an `Idempotency-Key` may answer for that reason, in the form of its protocol's other refusals. */
export function describeIdempotency(operation: Operation): void {
  const { parameters = [], responses } = operation;
  if (!parameters.some((each) => 'name' in each && each.name === IDEMPOTENCY_KEY)) return;
  const refusal = responses['429'];
  if (!refusal || !('content' in refusal) || !refusal.content) return;
  for (const [status, description] of Object.entries(ANSWERS))
    responses[status] ??= { description, content: withoutExamples(refusal.content) };
}

function withoutExamples(content: Record<string, { schema?: unknown }>) {
  return Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema }])) as never;
}

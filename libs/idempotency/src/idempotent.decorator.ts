import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { CallCredential, IdempotencyGuard, type CredentialOf } from './idempotency.guard.js';

export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/**
 * A call that is done once however often it is sent, for clients that send an `Idempotency-Key`
 * (draft-ietf-httpapi-idempotency-key-header). `credentialOf`: where the call has its credential, if not in `Authorization`.
 */
export function Idempotent(credentialOf?: CredentialOf): MethodDecorator {
  return applyDecorators(
    UseGuards(IdempotencyGuard),
    ...(credentialOf ? [CallCredential(credentialOf)] : []),
    ApiHeader({
      name: IDEMPOTENCY_KEY,
      required: false,
      description:
        'The same call under the same key is done once, and answered alike for ten minutes. 16 to 128 characters that nobody can guess, such as a new UUID.',
      // No example: the explorer would send it along, and get the answer of the call before.
      schema: { type: 'string', minLength: 16, maxLength: 130 },
    }),
  );
}

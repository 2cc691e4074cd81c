import { ApiProperty } from '@nestjs/swagger';

/** Every refusal of this protocol. */
export class YatErrorResponse {
  /** For people. @example 'Validation error' */
  error: string;
  /** What is wrong with which field; empty when no field is to blame. */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: { type: 'string', example: 'uniqueness' }, message: { type: 'string' } },
      },
    },
  })
  fields: Record<string, { code: string; message: string }[]>;
}

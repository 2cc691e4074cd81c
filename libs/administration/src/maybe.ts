import type { z } from 'zod';

/** A field that may be absent or null; read, both are undefined. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value): z.output<Schema> | undefined => value ?? undefined);

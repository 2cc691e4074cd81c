import { z } from 'zod';

/** A variable with a default, and the sentence `.env.example` gives it. */
export const set = <T>(reader: z.ZodType<T, string>, fallback: string, about: string) =>
  z.string().default(fallback).pipe(reader).describe(about);
/** A variable that may be absent. */
export const maybe = <T>(reader: z.ZodType<T, string>, about: string) => reader.optional().describe(about);

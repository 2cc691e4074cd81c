import { normaliseCode } from '@app/kernel';
import { Transform } from 'class-transformer';

/** A code of any kind: what comes after sees it without grouping, in small letters and ASCII digits. */
export const TypedCode = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normaliseCode(value) : value));

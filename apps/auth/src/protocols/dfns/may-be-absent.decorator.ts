import { ValidateIf } from 'class-validator';

/** The property may be left out. Unlike with `@IsOptional`, null is not taken for that: the schema has no null. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';

/** A member of an enumeration, by its name in any letter case or its number; read as its name. An empty text is none. */
export const IsMemberOf = (names: readonly string[]): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => nameOf(names, value)),
    IsIn(names),
    ApiProperty({
      oneOf: [
        { type: 'string', enum: [...names] },
        { type: 'integer', enum: names.map((_, number) => number) },
      ],
    }),
  );

function nameOf(names: readonly string[], value: unknown): unknown {
  if (typeof value !== 'number' && typeof value !== 'string') return value;
  const text = String(value).trim().toLowerCase();
  if (!text) return undefined;
  return /^\d{1,2}$/.test(text)
    ? (names[Number(text)] ?? value)
    : (names.find((name) => name.toLowerCase() === text) ?? value);
}

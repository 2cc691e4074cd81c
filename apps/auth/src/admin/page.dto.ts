import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';

const MOST = 100;

/** Which part of a list is asked for. */
export class AdminPageQuery {
  /** How many at most. @example 20 */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST)
  limit: number = 20;

  /** The `cursor` of the page before. */
  @IsOptional()
  @IsString()
  @Length(1, 512)
  @IsPlainText()
  cursor?: string;
}

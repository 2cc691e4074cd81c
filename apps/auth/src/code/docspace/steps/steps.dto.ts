import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, Length } from 'class-validator';
import { IsPlainText } from '../../../protocols/plain-text.decorator.js';
import { asBoolean } from '../authentication.dto.js';
import { TypedCode } from '../../../protocols/typed-code.decorator.js';

export class DocspaceSetPhoneRequest {
  /** With its country. @example '+4915112345678' */
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  mobilePhone: string;
}

export class DocspaceValidateRequest {
  /** @example '123456' */
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  @TypedCode()
  code: string;

  /** Whether the session goes with the browser. */
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  session?: boolean;
}

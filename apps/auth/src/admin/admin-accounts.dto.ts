import { ApiProperty } from '@nestjs/swagger';
import { SECOND_FACTORS, type SecondFactor } from '@app/accounts';
import { IsIn, IsOptional, IsString, Length, ValidateIf } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { IsField } from './field.decorator.js';
import { AdminPageQuery } from './page.dto.js';

const LONGEST_NAME = 100;

export class AdminCreateAccountRequest {
  /** @example 'anna@example.com' */
  @IsOptional()
  @IsField('email')
  email?: string;

  /** @example 'anna' */
  @IsOptional()
  @IsField('username')
  username?: string;

  /** With its country code; its owner may sign in with it. @example '+4915112345678' */
  @IsOptional()
  @IsField('phone')
  phone?: string;

  /** @example 'acme' */
  @IsOptional()
  @IsField('reference')
  orgId?: string;

  /** @example 'berlin' */
  @IsOptional()
  @IsField('reference')
  tenantId?: string;

  /** Of mails and texts. @example 'de' */
  @IsOptional()
  @IsField('language')
  language?: string;

  /** What a sign-in asks for behind the password; `none` when absent. @example 'email' */
  @IsOptional()
  @IsIn(SECOND_FACTORS)
  @ApiProperty({ enum: SECOND_FACTORS })
  secondFactor?: SecondFactor;

  /** As its owner types it. @example 'correct horse battery' */
  @ValidateIf(({ passwordHash }: AdminCreateAccountRequest) => passwordHash === undefined)
  @IsField('password')
  @ApiProperty({ required: false })
  password?: string;

  /** In its place what another system has made of it (docs/operations/import.md). */
  @ValidateIf(({ passwordHash }: AdminCreateAccountRequest) => passwordHash !== undefined)
  @IsField('passwordHash')
  @ApiProperty({ required: false })
  passwordHash?: string;
}

/** What is absent stays as it is; null takes it away. */
export class AdminChangeAccountRequest {
  /** @example 'acme' */
  @IsOptional()
  @IsField('reference')
  orgId?: string | null;

  /** @example 'berlin' */
  @IsOptional()
  @IsField('reference')
  tenantId?: string | null;

  /** @example 'Ada' */
  @IsOptional()
  @IsString()
  @Length(1, LONGEST_NAME)
  @IsPlainText()
  firstName?: string | null;

  /** @example 'Lovelace' */
  @IsOptional()
  @IsString()
  @Length(1, LONGEST_NAME)
  @IsPlainText()
  lastName?: string | null;

  /** @example 'de' */
  @ValidateIf((_, value) => value !== undefined)
  @IsField('language')
  @ApiProperty({ required: false })
  language?: string;
}

export class AdminSearchQuery extends AdminPageQuery {
  /** The beginning of an e-mail address, user name or phone number; or a whole id or UUID. @example 'anna' */
  @IsOptional()
  @IsString()
  @Length(1, 254)
  @IsPlainText()
  q?: string;

  /** @example 'acme' */
  @IsOptional()
  @IsField('reference')
  orgId?: string;

  /** @example 'berlin' */
  @IsOptional()
  @IsField('reference')
  tenantId?: string;
}

export class AdminPhoneRequest {
  /** With its country code; null takes it away. @example '+4915112345678' */
  @ValidateIf((_, value) => value !== null)
  @IsField('phone')
  phone: string | null;
}

export class AdminSecondFactorRequest {
  /** @example 'totp' */
  @IsIn(SECOND_FACTORS)
  @ApiProperty({ enum: SECOND_FACTORS })
  secondFactor: SecondFactor;
}

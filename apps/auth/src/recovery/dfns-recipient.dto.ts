import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length, Matches, MinLength } from 'class-validator';
import { MayBeAbsent } from '../protocols/dfns/may-be-absent.decorator.js';
import { IsPlainText } from '../protocols/plain-text.decorator.js';

const ORG_ID = /^or-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$/;
const TENANT_ID = /^acct-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$/;
const MESSAGE = { message: '$property must match $constraint1' };

const organisation = {
  minLength: 1,
  maxLength: 64,
  pattern: ORG_ID.source,
  description: 'Organization id.',
  example: 'or-30tnh-itmjs-s235s5ontr3r23h2',
};
const tenant = {
  minLength: 1,
  maxLength: 64,
  pattern: TENANT_ID.source,
  description: 'Tenant id.',
  example: 'acct-24hka-dhili-9hgvdlvr1ohpibp4',
};

/** Where an account must belong, as far as it is given. */
export class DfnsOrganisationRequest {
  @ApiPropertyOptional(organisation)
  @MayBeAbsent()
  @IsString()
  @Length(1, 64)
  @Matches(ORG_ID, MESSAGE)
  orgId?: string;

  @ApiPropertyOptional(tenant)
  @MayBeAbsent()
  @IsString()
  @Length(1, 64)
  @Matches(TENANT_ID, MESSAGE)
  tenantId?: string;
}

/** Whom a call is about. */
export class DfnsRecipientRequest extends DfnsOrganisationRequest {
  @ApiProperty({
    minLength: 1,
    description: 'E-mail address, user name or phone number.',
    example: 'ada@example.com',
  })
  @IsString()
  @MinLength(1)
  @IsPlainText()
  username: string;
}

/** A member of an organisation. */
export class DfnsMemberRequest {
  @ApiProperty({
    minLength: 1,
    description: 'E-mail address, user name or phone number.',
    example: 'ada@example.com',
  })
  @IsString()
  @MinLength(1)
  @IsPlainText()
  username: string;

  @ApiProperty(organisation)
  @IsString()
  @Length(1, 64)
  @Matches(ORG_ID, MESSAGE)
  orgId: string;
}

export class DfnsMessageResponse {
  /** Human-readable success message. @example 'success' */
  message: string;
}

import { PartialType, PickType } from '@nestjs/swagger';
import { IsPlainText } from '../../protocols/plain-text.decorator.js';
import { IsOptional, IsString, Length } from 'class-validator';
import { Transform } from 'class-transformer';
import { WachtEnvelope } from '../../protocols/wacht/wacht-session.dto.js';
import { IsEmailAddress } from '../../protocols/is-email-address.decorator.js';
import { TypedCode } from '../../protocols/typed-code.decorator.js';
import { absentIfEmpty, WachtSignUpRequest } from '../../session/session.dto.js';

export class WachtProfileRequest extends PartialType(
  PickType(WachtSignUpRequest, ['username', 'first_name', 'last_name'] as const),
) {}

export class WachtUpdatePasswordRequest {
  /**
   * Needed where the account has a password.
   * @example 'correct horse battery'
   */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 128)
  current_password?: string;

  /**
   * 8 to 128 characters, not easy to guess.
   * @example 'gelbe Kanne im Schnee'
   */
  @IsPlainText()
  @IsString()
  @Length(8, 128)
  new_password: string;
}

export class WachtRemovePasswordRequest extends PickType(WachtUpdatePasswordRequest, [
  'current_password',
] as const) {}

/** The password once more. */
export class WachtDeleteRequest extends PickType(WachtUpdatePasswordRequest, ['current_password'] as const) {}

export class WachtAddEmailRequest {
  /** @example 'ada@example.org' */
  @IsEmailAddress()
  email: string;
}

export class WachtAddPhoneRequest {
  /**
   * With `+` and the country, or without them beside `country_code`.
   * @example '+4915112345678'
   */
  @IsPlainText()
  @IsString()
  @Length(1, 64)
  phone_number: string;

  /**
   * `49`, `+49` or `DE`.
   * @example 'DE'
   */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 8)
  country_code?: string;
}

export class WachtContactCodeRequest {
  /**
   * The code that was sent there, in the body or the query.
   * @example '123456'
   */
  @IsPlainText()
  @IsString()
  @TypedCode()
  @Length(1, 64)
  code: string;
}

export class WachtEmailAddress {
  /** @example '456789123' */
  id: string;
  /** @example 'ada@example.com' */
  email: string;
  is_primary: boolean;
  verified: boolean;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  verified_at?: string;
}

export class WachtPhoneNumber {
  /** @example '456789123' */
  id: string;
  /** With `+` and the country. @example '+4915112345678' */
  phone_number: string;
  is_primary: boolean;
  verified: boolean;
}

export class WachtAuthenticator {
  /** @example '456789123' */
  id: string;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
}

export class WachtSocialConnection {
  /** The provider's name. @example 'example' */
  id: string;
  /** @example 'example' */
  provider: string;
}

/** What is not there is empty, or an empty list. */
export class WachtUser {
  /** @example '456789123' */
  id: string;
  /** @example 'Ada' */
  first_name: string;
  /** @example 'Lovelace' */
  last_name: string;
  /** @example 'ada.l' */
  username: string;
  /** @example 'ada@example.com' */
  email: string;
  /** @example '456789123' */
  primary_email_address_id: string;
  /** @example '456789123' */
  primary_phone_number_id: string;
  user_email_addresses: WachtEmailAddress[];
  user_phone_numbers: WachtPhoneNumber[];
  social_connections: WachtSocialConnection[];
  /** At most one. */
  authenticators: WachtAuthenticator[];
  /** Whether signing in asks for a second factor. @example 'none' */
  second_factor_policy: 'none' | 'enforced';
  /** The second factor. @example 'none' */
  second_factor: 'none' | 'email' | 'sms' | 'totp';
  backup_codes_generated: boolean;
  has_password: boolean;
  has_passkeys: boolean;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  updated_at: string;
}

export class WachtUserResponse extends WachtEnvelope {
  data: WachtUser;
}

export class WachtEmailAddressResponse extends WachtEnvelope {
  data: WachtEmailAddress;
}

export class WachtPhoneNumberResponse extends WachtEnvelope {
  data: WachtPhoneNumber;
}

export class WachtEmailAddressesResponse extends WachtEnvelope {
  data: WachtEmailAddress[];
}

export class WachtPhoneNumbersResponse extends WachtEnvelope {
  data: WachtPhoneNumber[];
}

/** A live sign-in of the account, in this browser, in another, or in another kind of application. */
export class WachtOwnSignIn {
  /** @example '987654321' */
  id: string;
  /** @example '456789123' */
  user_id: string;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
  /** UTC. @example '2024-01-02T12:00:00Z' */
  expires_at: string;
  /** @example '203.0.113.7' */
  ip_address: string;
  /** As it called itself. @example 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0' */
  user_agent: string;
  /** What it is by that. @example 'Firefox on Linux' */
  device: string;
  /** The way in which it signed in. @example 'wacht' */
  protocol: string;
  /** Whether it is the one that asks. */
  current: boolean;
}

export class WachtOwnSignInsResponse extends WachtEnvelope {
  data: WachtOwnSignIn[];
}

import { Transform, type TransformFnParams } from 'class-transformer';
import { IsIn, IsOptional, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { IsEmailAddress } from '../protocols/is-email-address.decorator.js';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { IsPhoneNumber } from './phone-number.decorator.js';
import { TypedCode } from '../protocols/typed-code.decorator.js';

export const AVAILABLE_STRATEGIES = [
  'plain_email',
  'plain_username',
  'phone_otp',
  'email_otp',
  'magic_link',
  'passkey',
  'sso',
];
const NOT_AVAILABLE = `strategy must be one of ${AVAILABLE_STRATEGIES.join(', ')}`;

/** A field of a form that nobody filled in. */
export const absentIfEmpty = ({ value }: TransformFnParams): unknown =>
  value === '' || value === null ? undefined : (value as unknown);
const forStrategies = (...strategies: string[]) =>
  ValidateIf(({ strategy }: WachtSignInRequest) => strategies.includes(strategy));
/** A passkey tells by itself whose it is. */
const named = (field: 'email' | 'username', ...strategies: string[]) =>
  ValidateIf(
    (request: WachtSignInRequest) =>
      strategies.includes(request.strategy) ||
      (request.strategy === 'passkey' && request[field] !== undefined),
  );

export class WachtSignInRequest {
  /**
   * How to sign in.
   * @example 'email_otp'
   */
  @IsIn(AVAILABLE_STRATEGIES, { message: NOT_AVAILABLE })
  strategy: string;

  /**
   * With `plain_email`, `email_otp` and `magic_link`; it may stand with `passkey`.
   * @example 'ada@example.com'
   */
  @named('email', 'plain_email', 'email_otp', 'magic_link')
  @IsEmailAddress()
  email?: string;

  /**
   * With `plain_username`; a phone with `+` and the country is one too.
   * @example 'ada.l'
   */
  @IsPlainText()
  @named('username', 'plain_username')
  @IsString()
  @Length(1, 254)
  username?: string;

  /**
   * With `phone_otp`: with `+` and the country. `phone` is the same.
   * @example '+4915112345678'
   */
  @forStrategies('phone_otp')
  @IsPhoneNumber()
  phone_number?: string;

  /**
   * With `sso`: a configured provider.
   * @example 'example'
   */
  @IsPlainText()
  @forStrategies('sso')
  @IsString()
  @Length(1, 64)
  provider?: string;

  /**
   * It may stand with `sso`: one of the configured addresses.
   * @example 'https://app.example.com/signed-in'
   */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @ValidateIf(
    ({ strategy, redirect_uri }: WachtSignInRequest) => strategy === 'sso' && redirect_uri !== undefined,
  )
  @IsString()
  @Length(1, 2048)
  redirect_uri?: string;

  /**
   * With `plain_email` and `plain_username`.
   * @example 'correct horse battery'
   */
  @IsPlainText()
  @forStrategies('plain_email', 'plain_username')
  @IsString()
  @Length(1, 128)
  password?: string;
}

export class WachtSignUpRequest {
  /**
   * 8 to 128 characters, not easy to guess.
   * @example 'gelbe Kanne im Schnee'
   */
  @IsPlainText()
  @IsString()
  @Length(8, 128)
  password: string;

  /**
   * Proven by a code. Either this or `phone_number`, or both.
   * @example 'ada@example.com'
   */
  @Transform(absentIfEmpty)
  @ValidateIf(
    ({ email, phone_number }: WachtSignUpRequest) => email !== undefined || phone_number === undefined,
  )
  @IsEmailAddress()
  email?: string;

  /**
   * 3 to 32 letters, digits, dots, dashes and underscores; the first is a letter.
   * @example 'ada.l'
   */
  @Transform(absentIfEmpty)
  @IsOptional()
  @Matches(/^[A-Za-z][\w.-]{2,31}$/, {
    message: 'username must be 3 to 32 letters, digits, ".", "-", "_", the first a letter',
  })
  username?: string;

  /**
   * With `+` and the country. Proven by a code.
   * @example '+4915112345678'
   */
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsPhoneNumber()
  phone_number?: string;

  /** @example 'Ada' */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 100)
  first_name?: string;

  /** @example 'Lovelace' */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 100)
  last_name?: string;
}

/** One of the two ids. */
export class WachtAttemptRequest {
  /**
   * Of the sign-in; also as `attempt_identifier` in the query, with `identifier_type=signin`.
   * @example '123456789'
   */
  @Transform(absentIfEmpty)
  @ValidateIf((request: WachtAttemptRequest) => request.signup_attempt_id === undefined)
  @IsString()
  @Length(1, 64)
  signin_attempt_id?: string;

  /**
   * Of the sign-up; also as `attempt_identifier` in the query, with `identifier_type=signup`.
   * @example '123456789'
   */
  @Transform(absentIfEmpty)
  @ValidateIf((request: WachtAttemptRequest) => request.signup_attempt_id !== undefined)
  @IsString()
  @Length(1, 64)
  signup_attempt_id?: string;
}

export class WachtVerifyRequest extends WachtAttemptRequest {
  /**
   * The code from the mail or text, the one the authenticator shows, or as second factor a backup code. `verification_code` is the same.
   * @example '123456'
   */
  @IsPlainText()
  @IsString()
  @TypedCode()
  @Length(1, 64)
  code: string;
}

export class WachtPrepareRequest extends WachtAttemptRequest {
  /**
   * Where to send it. The query spelling has `strategy` instead: `email_otp`, `phone_otp` or `magic_link`.
   * @example 'email'
   */
  @IsIn(['email', 'sms'])
  method: 'email' | 'sms';
}

export class WachtForgotPasswordRequest {
  /** @example 'ada@example.com' */
  @IsEmailAddress()
  email: string;
}

export class WachtResetPasswordRequest {
  /**
   * From the link in the mail.
   * @example 'pQ3sJ0p4xq7l1Yc2m8vB5w'
   */
  @IsPlainText()
  @IsString()
  @Length(1, 256)
  token: string;

  /**
   * 8 to 128 characters, not easy to guess.
   * @example 'gelbe Kanne im Schnee'
   */
  @IsPlainText()
  @IsString()
  @Length(8, 128)
  password: string;
}

export class WachtSignOutRequest {
  /**
   * The sign-in that ends; the active one when absent.
   * @example '987654321'
   */
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 64)
  sign_in_id?: string;

  /** Whether all sign-ins of this browser end. */
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsIn([true, false, 'true', 'false'])
  all_sessions?: boolean | 'true' | 'false';
}

export class WachtSwitchRequest {
  /** @example '987654321' */
  @IsString()
  @Length(1, 64)
  sign_in_id: string;
}

export class WachtAvailabilityRequest {
  /** @example 'ada@example.com' */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 254)
  email?: string;

  /** @example 'ada.l' */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 254)
  username?: string;
}

import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { IsPlainText } from '../../protocols/plain-text.decorator.js';
import { TypedCode } from '../../protocols/typed-code.decorator.js';

const asNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;

export class NavixySignInRequest {
  /**
   * E-mail address, user name or phone number.
   * @example 'ada@example.com'
   */
  @IsString()
  @Length(1, 254)
  @IsPlainText()
  login: string;

  /**
   * 1 to 40 printable characters.
   * @example 'correct horse battery'
   */
  @IsString()
  @Length(1, 40)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'password must be printable' })
  @IsPlainText()
  password: string;

  /**
   * When given, the account must belong to this organisation.
   * @example 7
   */
  @IsOptional()
  @Transform(asNumber)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  dealer_id?: number;
}

export class NavixyVerifyCodeRequest {
  /**
   * The code from the mail or text, or the one the authenticator shows.
   * @example '123456'
   */
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  @TypedCode()
  code: string;
}

/** `{ "success": true }` */
export class NavixySuccess {
  /** @example true */
  success: true;
}

export class NavixySignInResponse extends NavixySuccess {
  /** Whether the hash is a session, or waits for its second factor. */
  type: 'authenticated' | 'second_factor_required';
  /** Where the code went, or that the authenticator shows it; only with `second_factor_required`. */
  factor_type?: 'email' | 'sms' | 'totp';
  /**
   * The credential: 32 lower-case hex characters.
   * @example '22eac1c27af4be7b9d04da2ce1af111b'
   */
  hash: string;
}

export class NavixyHashResponse extends NavixySuccess {
  /**
   * Session hash: 32 lower-case hex characters.
   * @example '22eac1c27af4be7b9d04da2ce1af111b'
   */
  hash: string;
}

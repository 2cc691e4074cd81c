import { IsIn, IsInt, IsString, Length, Matches, Max, Min, ValidateIf } from 'class-validator';
import { IsPlainText } from '../../protocols/plain-text.decorator.js';
import { IsEmailAddress } from '../../protocols/is-email-address.decorator.js';
import { Optional } from '../../protocols/yat/optional.decorator.js';
import { YatBackupCode } from '../../protocols/yat/yat-code.decorator.js';
import { TypedCode } from '../../protocols/typed-code.decorator.js';

const CODE = /^\d{6}$/;

/** The older set-up. */
export class YatTwoFactorRequest {
  /** null takes the second factor away. */
  @ValidateIf((request: YatTwoFactorRequest) => request.requires_2fa !== null)
  @IsIn(['GoogleAuthenticator'])
  requires_2fa: 'GoogleAuthenticator' | null;

  /** Of the QR code, in pixels. */
  @Optional()
  @IsInt()
  @Min(32)
  @Max(4096)
  width?: number;

  /** Of the QR code, in pixels. */
  @Optional()
  @IsInt()
  @Min(32)
  @Max(4096)
  height?: number;
}

export class YatTwoFactorCodeRequest {
  /**
   * The code of the new authenticator, or the one that was texted to the new phone.
   * @example '123456'
   */
  @IsString()
  @Matches(CODE, { message: 'code must be six digits' })
  @TypedCode()
  code: string;
}

export class YatEnable2FaRequest {
  @IsIn(['GoogleAuthenticator', 'SMS'])
  provider: 'GoogleAuthenticator' | 'SMS';

  /** Accepted: an account has one second factor, and the newest is it. */
  default?: boolean;

  /**
   * With `SMS`: an international number.
   * @example '+4915112345678'
   */
  @ValidateIf((request: YatEnable2FaRequest) => request.provider === 'SMS')
  @IsString()
  @Length(7, 32)
  @IsPlainText()
  phone?: string;
}

export class YatDisable2FaRequest {
  /** Accepted: an account has one second factor. */
  @Optional()
  @IsIn(['GoogleAuthenticator', 'SMS', 'Email'])
  provider?: string;

  disable_all?: boolean;
}

export class YatBackupDisableRequest {
  /** @example 'k7mq-3x9p' */
  @YatBackupCode()
  backup_code: string;

  /** @example 'ada@example.com' */
  @Optional()
  @IsEmailAddress()
  email?: string;

  @Optional()
  @IsString()
  @Length(1, 254)
  @IsPlainText()
  alternate_id?: string;
}

/** The older answer. */
export class YatTwoFactorResponse {
  /** The secret in hex; left out when the second factor was taken away. */
  secret?: string;
  /** The QR code for the authenticator app. */
  qr_code_svg?: string;
  /** Ten codes, each good once, shown here alone. */
  backup_codes?: string[];
  message: string;
}

export class YatEnable2FaResponse {
  /** The secret in base32. */
  ga_secret?: string;
  /** The QR code for the authenticator app. */
  ga_qr_code_svg?: string;
  /** Ten codes, each good once, shown here alone. */
  backup_codes: string[];
  /** Of the phone that the code was texted to. */
  phone_last_digits?: string;
}

export class YatSmsCodeResponse {
  message: string;
  /** Of the phone that the code was texted to; left out for a mailed code. */
  phone_last_digits?: string;
}

import { IsString, IsUUID, Length, Matches } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { IsEmailAddress } from '../protocols/is-email-address.decorator.js';
import { Optional } from '../protocols/yat/optional.decorator.js';
import { TypedCode } from '../protocols/typed-code.decorator.js';

export class YatMagicLinkRequest {
  /** @example 'ada@example.com' */
  @Optional()
  @IsEmailAddress()
  email?: string;

  @Optional()
  @IsString()
  @Length(1, 254)
  @IsPlainText()
  alternate_id?: string;

  /** @example '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e' */
  @Optional()
  @IsUUID()
  user_id?: string;

  /**
   * Where the page leads on to, with a one-time `code`; one of the service's `REDIRECT_URLS`.
   * @example 'https://app.example.com/signed-in'
   */
  @Optional()
  @IsString()
  @Length(1, 2048)
  @IsPlainText()
  redirect?: string;

  /** Accepted and not looked at. */
  'g-recaptcha-response'?: string;

  /** Accepted and not looked at. */
  g_recaptcha_response?: string;
}

export class YatMagicLinkResponse {
  /** The same whether or not there is such an account. */
  message: string;
  /** Always `Active`: it says nothing about the account. */
  status: 'Active';
}

export class YatMagicLinkTokenRequest {
  /** The `token` of the link, for an app that opens links by itself, once the person has agreed. */
  @Optional()
  @IsString()
  @Length(1, 256)
  @IsPlainText()
  token?: string;

  /** What the redirect carried as `code`. */
  @Optional()
  @IsString()
  @Length(1, 256)
  @IsPlainText()
  exchange_code?: string;

  /**
   * The six digits of the mail, with the name it was asked for with.
   * @example '123456'
   */
  @Optional()
  @IsString()
  @Matches(/^\d{6}$/, { message: 'code must be six digits' })
  @TypedCode()
  code?: string;

  @Optional()
  @IsEmailAddress()
  email?: string;

  @Optional()
  @IsString()
  @Length(1, 254)
  @IsPlainText()
  alternate_id?: string;

  @Optional()
  @IsUUID()
  user_id?: string;
}

import { IsString, Length } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { IsEmailAddress } from '../protocols/is-email-address.decorator.js';
import { Optional } from '../protocols/yat/optional.decorator.js';
import { YatFactorCode } from '../protocols/yat/yat-code.decorator.js';

export class YatLoginRequest {
  /** @example 'ada@example.com' */
  @Optional()
  @IsEmailAddress()
  email?: string;

  /** The user name, for an account without an e-mail address; `email` comes first. */
  @Optional()
  @IsString()
  @Length(1, 254)
  @IsPlainText()
  alternate_id?: string;

  /** @example 'correct horse battery' */
  @IsString()
  @Length(1, 128)
  @IsPlainText()
  password: string;

  /** Accepted and not looked at. */
  'g-recaptcha-response'?: string;

  /** Accepted and not looked at. */
  g_recaptcha_response?: string;
}

export class YatRefreshRequest {
  /** @example 'WwnDaaNHn0W7VhXJo9qQmA.lJm4Zg0o4m2iN3s0W3wq3m3kqY7X0n2b8bJqv0kqf1o' */
  @IsString()
  @Length(1)
  @IsPlainText()
  refresh_token: string;
}

export class YatConfirm2FaRequest extends YatRefreshRequest {
  /**
   * Six digits, or a backup code: eight characters, or six of one that docspace handed out.
   * @example '123456'
   */
  @YatFactorCode()
  code: string;
}

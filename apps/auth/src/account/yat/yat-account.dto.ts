import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { IsPlainText } from '../../protocols/plain-text.decorator.js';
import { IsEmailAddress } from '../../protocols/is-email-address.decorator.js';
import { IsUserName } from '../../protocols/yat/is-user-name.decorator.js';
import { Optional } from '../../protocols/yat/optional.decorator.js';
import { YatTokenResponse } from '../../protocols/yat/yat-token.dto.js';

export class YatProfileRequest {
  /**
   * Of an account that is there: counts when it is proven by the link that is mailed to it.
   * @example 'ada@example.com'
   */
  @Optional()
  @IsEmailAddress()
  email?: string;

  /** A user name. */
  @Optional()
  @IsUserName()
  alternate_id?: string;

  /** @example 'Ada' */
  @Optional()
  @IsString()
  @Length(0, 100)
  @IsPlainText()
  first_name?: string;

  /** @example 'Lovelace' */
  @Optional()
  @IsString()
  @Length(0, 100)
  @IsPlainText()
  last_name?: string;

  /** @example 'correct horse battery' */
  @Optional()
  @IsString()
  @Length(8, 128)
  @IsPlainText()
  password?: string;
}

/** What else older and newer clients send is accepted and not looked at. */
export class YatRegisterRequest extends YatProfileRequest {
  /** Where the `alternate_id` comes from; not looked at. */
  source?: string;
}

class YatUser {
  /** UUID. */
  id: string;
  email: string | null;
  alternate_id: string | null;
  first_name: string;
  last_name: string;
  created_at: string;
  updated_at: string;
  /** @example 'User' */
  role: string;
  /** Whether the owner has proven the mailbox. */
  is_active: boolean;
  /** @example 0 */
  free_limit: number;
  /** @example 0 */
  remaining_free_emoji: number;
  /** `GoogleAuthenticator`, `SMS`, `Email` or null. @example 'GoogleAuthenticator' */
  two_factor_auth: string | null;
}

export class YatCurrentUserResponse {
  user: YatUser;
  /** @example 'User' */
  role: string;
  scopes: string[];
  global_scopes: string[];
  @ApiProperty({ type: 'object', additionalProperties: false })
  organization_roles: Record<string, never>;
  @ApiProperty({ type: 'object', additionalProperties: false })
  organization_scopes: Record<string, never>;
  pubkeys: string[];
}

/** The account, and, when it has a password, tokens for it. */
export class YatRegisterResponse extends YatCurrentUserResponse implements Partial<YatTokenResponse> {
  access_token?: string;
  refresh_token?: string;
  has_password?: boolean;
}

/** A live session of the account, of this client, of another, or of another kind of application. */
export class YatSession {
  /** @example '987654321' */
  id: string;
  created_at: string;
  expires_at: string;
  /** @example '203.0.113.7' */
  ip_address: string;
  /** As it called itself. @example 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0' */
  user_agent: string;
  /** What it is by that. @example 'Firefox on Linux' */
  device: string;
  /** The way in which it signed in. @example 'yat' */
  protocol: string;
  /** Whether it is the one that asks. */
  current: boolean;
}

export class YatSessionsResponse {
  sessions: YatSession[];
}

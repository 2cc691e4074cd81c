import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { IsEmailAddress } from '../../protocols/is-email-address.decorator.js';
import { IsMemberOf } from '../../protocols/docspace/is-member-of.decorator.js';
import { IsPlainText } from '../../protocols/plain-text.decorator.js';

/** Booleans may come as texts. */
export const asBoolean = ({ value }: { value: unknown }): unknown => {
  if (typeof value !== 'string') return value;
  return { true: true, false: false }[value.trim().toLowerCase()] ?? value;
};

export const CAPTCHA_TYPES = ['Default', 'AndroidV2', 'iOSV2', 'hCaptcha'] as const;
type CaptchaType = (typeof CAPTCHA_TYPES)[number];

/** A one-time key from a mail of ours. */
export class DocspaceConfirmData {
  /** @example 'Amanda.Ernser94@hotmail.com' */
  @IsOptional()
  @IsEmailAddress()
  email?: string;

  /** Whether the account is signed in to for the first time: an invitation is accepted with it. */
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  first?: boolean;

  @IsOptional()
  @IsString()
  @MaxLength(512)
  @IsPlainText()
  key?: string;
}

/** Either a password, its hash, a provider's token, or a mailed key. Keys are read in any letter case. */
export class DocspaceSignInRequest {
  /** User name, e-mail address or phone number. @example 'ada@example.com' */
  @IsOptional()
  @IsString()
  @MaxLength(254)
  @IsPlainText()
  userName?: string;

  /** @example 'correct horse battery' */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  @IsPlainText()
  password?: string;

  /** PBKDF2 of the password, with the parameters that the settings tell. Counts before `password`. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  @IsPlainText()
  passwordHash?: string;

  /** The name of a configured OpenID Connect provider; needless beside a `serializedProfile`, which says whose it is. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  @IsPlainText()
  provider?: string;

  /** The provider's access token. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  @IsPlainText()
  accessToken?: string;

  /** The provider's ID token. */
  @IsOptional()
  @IsString()
  @MaxLength(16_384)
  @IsPlainText()
  serializedProfile?: string;

  /** The code that was sent, that the authenticator shows, or a backup code. @example '123456' */
  @IsOptional()
  @IsString()
  @MaxLength(64, { message: 'code must be at most 64 characters' })
  @IsPlainText()
  code?: string;

  /** The provider's authorization code. */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  @IsPlainText()
  codeOAuth?: string;

  /** Whether the session goes with the browser; the answer then has no `expires`. */
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  session?: boolean;

  @IsOptional()
  @ValidateNested()
  @Type(() => DocspaceConfirmData)
  confirmData?: DocspaceConfirmData;

  /** By name or number: Default 0, AndroidV2 1, iOSV2 2, hCaptcha 3. */
  @IsOptional()
  @IsMemberOf(CAPTCHA_TYPES)
  recaptchaType?: CaptchaType;

  /** The answer of a captcha: a good one lifts the lock of the address. */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  @IsPlainText()
  recaptchaResponse?: string;

  /** Language of what is sent, and of the account from a success on. @example 'de-DE' */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  @IsPlainText()
  culture?: string;
}

/** A session, or what the sign-in waits for. What does not apply is left out. */
export class DocspaceAuthentication {
  /** The session's token; absent as long as a code is needed. @example 'q2s…' */
  token?: string;
  /** Of the session, unless it goes with the browser; else of the code that was sent. UTC. @example '2026-02-14T12:00:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  expires?: string;
  /** Whether the code is texted. */
  sms: boolean;
  /** The number it goes to, with its middle hidden. @example '+4915*****5678' */
  phoneNoise?: string;
  /** Whether the code is one of an authenticator, or mailed. */
  tfa: boolean;
  /** The secret of an authenticator that is to be set up, base32. */
  tfaKey?: string;
  /** A page that does the next step. @example 'https://auth.example.com/confirm/TfaAuth?type=TfaAuth&key=q2s4tgv' */
  @ApiProperty({ format: 'uri' })
  confirmUrl?: string;
}

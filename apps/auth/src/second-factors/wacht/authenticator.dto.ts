import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, Length, Matches } from 'class-validator';
import { normaliseCode } from '@app/kernel';
import { WachtEnvelope } from '../../protocols/wacht/wacht-session.dto.js';

/** One or several, however a form or an older client spells that. */
const listed = (value: unknown): unknown[] =>
  (Array.isArray(value) ? value : [value]).map((each: unknown) =>
    typeof each === 'string' ? normaliseCode(each) : each,
  );

export class WachtVerifyAuthenticatorRequest {
  /** @example '456789123' */
  @IsString()
  @Matches(/^\d{1,19}$/, { message: 'authenticator_id must be a number' })
  authenticator_id: string;

  /**
   * Two that the authenticator has shown one after the other, or one.
   * @example ['123456', '234567']
   */
  @Transform(({ value }: { value: unknown }) => listed(value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(2)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  codes: string[];
}

class WachtNewAuthenticator {
  /** @example '456789123' */
  id: string;
  /** For the QR code. @example 'otpauth://totp/Countersign:ada@example.com?secret=JBSWY3DPEHPK3PXP' */
  otp_url: string;
  /** Base32. @example 'JBSWY3DPEHPK3PXP' */
  totp_secret: string;
  /** Ten codes, each good once from its proof on, shown here alone. */
  backup_codes: string[];
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
}

export class WachtNewAuthenticatorResponse extends WachtEnvelope {
  data: WachtNewAuthenticator;
}

export class WachtBackupCodesResponse extends WachtEnvelope {
  /** Each good once, shown here alone. */
  data: string[];
}

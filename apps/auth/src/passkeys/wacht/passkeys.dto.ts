import { Transform } from 'class-transformer';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsPlainText } from '../../protocols/plain-text.decorator.js';
import { LONGEST_CREDENTIAL, LONGEST_CREDENTIAL_ID } from '../../session/passkey.dto.js';
import { WachtEnvelope } from '../../protocols/wacht/wacht-session.dto.js';
import { absentIfEmpty } from '../../session/session.dto.js';

/** As `navigator.credentials.create` has it, each in base64url; also nested in `response`, or that in `credential`. */
export class WachtPasskeyRequest {
  /** @example 'AZJ4p0mU3yq0Qk5c0G3x8w' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL_ID)
  id: string;

  /** @example 'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiIn0' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL)
  clientDataJSON: string;

  /** @example 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViU' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL)
  attestationObject: string;

  /**
   * For its owner's list.
   * @example 'My phone'
   */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 100)
  name?: string;
}

export class WachtRenamePasskeyRequest {
  /** @example 'My phone' */
  @IsPlainText()
  @IsString()
  @Length(1, 100)
  name: string;
}

export class WachtPasskey {
  /** @example '987654321' */
  id: string;
  /** @example 'My phone' */
  name: string;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
}

export class WachtPasskeysResponse extends WachtEnvelope {
  data: WachtPasskey[];
}

export class WachtPasskeyResponse extends WachtEnvelope {
  data: WachtPasskey;
}

class WachtPasskeyParty {
  /** @example 'auth.example.com' */
  id: string;
  /** @example 'auth.example.com' */
  name: string;
}

class WachtPasskeyUser {
  /** Base64url. @example 'MDFhYjJj' */
  id: string;
  /** @example 'ada@example.com' */
  name: string;
  /** @example 'ada@example.com' */
  displayName: string;
}

class WachtCreationOptions {
  /** Base64url. @example 'pQ3sJ0p4xq7l1Yc2m8vB5wZr6TnK9dHfXgLbNcUaEoI' */
  challenge: string;
  /** Milliseconds. @example 300000 */
  timeout: number;
  rp: WachtPasskeyParty;
  user: WachtPasskeyUser;
  pubKeyCredParams: object[];
  authenticatorSelection: object;
  /** @example 'none' */
  attestation: string;
  /** Those that the account has. */
  excludeCredentials: object[];
}

class WachtCreateOptions {
  publicKey: WachtCreationOptions;
}

class WachtPasskeyRegistration {
  /** For `navigator.credentials.create`. */
  options: WachtCreateOptions;
}

export class WachtPasskeyRegistrationResponse extends WachtEnvelope {
  data: WachtPasskeyRegistration;
}

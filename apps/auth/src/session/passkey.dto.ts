import { IsOptional, IsString, Length } from 'class-validator';
import { Transform } from 'class-transformer';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { WachtEnvelope, WachtSession } from '../protocols/wacht/wacht-session.dto.js';
import { absentIfEmpty, WachtAvailabilityRequest } from './session.dto.js';

/** Far beyond any attestation, and what a field of a form may hold. */
export const LONGEST_CREDENTIAL = 8192;
export const LONGEST_CREDENTIAL_ID = 2048;

/** With neither, the authenticator tells whose it is. */
export class WachtPasskeyLoginBeginRequest extends WachtAvailabilityRequest {}

/** As `navigator.credentials.get` has it, each in base64url; also nested in `response`, or that in `credential`. */
export class WachtPasskeyAssertionRequest {
  /** @example 'AZJ4p0mU3yq0Qk5c0G3x8w' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL_ID)
  id: string;

  /** @example 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiIn0' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL)
  clientDataJSON: string;

  /** @example 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL)
  authenticatorData: string;

  /** @example 'MEUCIQDbHq7gYfD0Y7w1CkQ' */
  @IsPlainText()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL)
  signature: string;

  /** @example 'MDFhYjJj' */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, LONGEST_CREDENTIAL_ID)
  userHandle?: string;
}

class WachtCredentialDescriptor {
  /** @example 'public-key' */
  type: string;
  /** @example 'AZJ4p0mU3yq0Qk5c0G3x8w' */
  id: string;
}

class WachtRequestOptions {
  /** Base64url. @example 'pQ3sJ0p4xq7l1Yc2m8vB5wZr6TnK9dHfXgLbNcUaEoI' */
  challenge: string;
  /** Milliseconds. @example 300000 */
  timeout: number;
  /** @example 'auth.example.com' */
  rpId: string;
  /** @example 'required' */
  userVerification: string;
  allowCredentials: WachtCredentialDescriptor[];
}

export class WachtGetOptions {
  publicKey: WachtRequestOptions;
}

class WachtPasskeyLogin {
  /** For `navigator.credentials.get`, also with `mediation: 'conditional'`. */
  options: WachtGetOptions;
}

export class WachtPasskeyLoginBeginResponse extends WachtEnvelope {
  data: WachtPasskeyLogin;
}

class WachtPasskeySession extends WachtSession {
  /** As of `POST /auth/passkey/login/begin`. */
  options: WachtGetOptions;
}

/** To `strategy` `passkey`. */
export class WachtPasskeySessionResponse extends WachtEnvelope {
  data: WachtPasskeySession;
}

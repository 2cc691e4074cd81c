import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsString, Length, ValidateNested } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { DfnsKeyAssertion, DfnsNewCredentials } from './dfns-credentials.dto.js';
import { DfnsMemberRequest, DfnsRecipientRequest } from './dfns-recipient.dto.js';
import { TypedCode } from '../protocols/typed-code.decorator.js';

export class DfnsDelegatedRecoveryRequest extends DfnsRecipientRequest {
  /**
   * Id of the recovery key that will prove the recovery.
   * @example 'Ew0DJTNV5_-xDSyhXKpjLF3ZqCNTdKwyYh5R5MTOVPE'
   */
  @IsString()
  @Length(1, 1024)
  @IsPlainText()
  credentialId: string;
}

export class DfnsRecoveryInitRequest extends DfnsDelegatedRecoveryRequest {
  /** The code from the mail; dashes may be left out. @example '1234-5678-9012-3456' */
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  @TypedCode()
  verificationCode: string;
}

export class DfnsRegistrationInitRequest extends DfnsMemberRequest {
  /** The code from the mail; dashes may be left out. @example '1234-5678-9012-3456' */
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  @TypedCode()
  registrationCode: string;
}

export class DfnsRecoveryProof {
  @ApiProperty({ enum: ['RecoveryKey'] })
  @IsIn(['RecoveryKey'])
  kind: 'RecoveryKey';

  /** Its client data has as challenge base64url of the JSON of `newCredentials`, exactly as sent. */
  @IsObject()
  @ValidateNested()
  @Type(() => DfnsKeyAssertion)
  credentialAssertion: DfnsKeyAssertion;
}

export class DfnsRecoverRequest {
  @IsObject()
  @ValidateNested()
  @Type(() => DfnsRecoveryProof)
  recovery: DfnsRecoveryProof;

  @IsObject()
  @ValidateNested()
  @Type(() => DfnsNewCredentials)
  newCredentials: DfnsNewCredentials;
}

export class DfnsUser {
  /** @example '4f8a6b1e-6a53-4c37-9a52-6d1c8a3f6f0e' */
  id: string;
  displayName: string;
  name: string;
}

export class DfnsRelyingParty {
  /** @example 'auth.example.com' */
  id: string;
  name: string;
}

class DfnsSupportedKinds {
  firstFactor: string[];
  /** Empty for an account that has a second factor: it keeps it. */
  secondFactor: string[];
}

export class DfnsAuthenticatorSelection {
  residentKey: string;
  requireResidentKey: boolean;
  userVerification: string;
}

export class DfnsKeyParameters {
  type: string;
  /** COSE number. */
  alg: number;
}

export class DfnsKnownCredential {
  type: string;
  id: string;
}

export class DfnsRegistrationChallengeResponse {
  user: DfnsUser;
  /** Bearer token of the one call that completes this. */
  temporaryAuthenticationToken: string;
  /** What the new keys have to sign. */
  challenge: string;
  rp: DfnsRelyingParty;
  supportedCredentialKinds: DfnsSupportedKinds;
  authenticatorSelection: DfnsAuthenticatorSelection;
  attestation: string;
  pubKeyCredParams: DfnsKeyParameters[];
  excludeCredentials: DfnsKnownCredential[];
  /** `otpauth://`, for a `Totp` as second factor; empty for an account that has one. */
  otpUrl: string;
}

class DfnsAllowedRecovery {
  id: string;
  /** The `encryptedPrivateKey` given with the key; empty when none was. */
  encryptedRecoveryKey: string;
}

export class DfnsRecoveryChallengeResponse extends DfnsRegistrationChallengeResponse {
  allowedRecoveryCredentials: DfnsAllowedRecovery[];
}

class DfnsMadeCredential {
  uuid: string;
  kind: string;
  name: string;
  /** When it becomes good, if the service lets a recovery wait. ISO 8601. */
  activeFrom?: string;
}

class DfnsRegisteredUser {
  id: string;
  username: string;
  orgId: string;
}

export class DfnsCompletedResponse {
  credential: DfnsMadeCredential;
  user: DfnsRegisteredUser;
}

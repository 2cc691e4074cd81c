import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsString, Length, MaxLength, ValidateNested } from 'class-validator';
import { MayBeAbsent } from '../protocols/dfns/may-be-absent.decorator.js';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { TypedCode } from '../protocols/typed-code.decorator.js';

export const LONGEST_NAME = 256;
const LONGEST_ID = 1024;
const LONGEST_DATA = 32_768;

/** A property that is an object of this class. */
export function Nested(type: () => new () => object): PropertyDecorator {
  const decorators = [IsObject(), ValidateNested(), Type(type)];
  return (target, key) => decorators.forEach((decorate) => decorate(target, key));
}

export class DfnsKeyInfo {
  /** Id of the credential. @example 'GMkW0zlmcoMxI1OX0Z96LL_Mz7dgeu6vOH5_TOeGyNk' */
  @IsString()
  @Length(1, LONGEST_ID)
  @IsPlainText()
  credId: string;

  /** base64url of the client data: its type, the challenge, and where it was made. */
  @IsString()
  @Length(1, LONGEST_DATA)
  clientData: string;

  /** base64url: the WebAuthn attestation object of a `Fido2`; the JSON of `publicKey` and `signature` of another kind. */
  @IsString()
  @Length(1, LONGEST_DATA)
  attestationData: string;
}

export class DfnsOtpInfo {
  /** The code that the authenticator shows. @example '123456' */
  @IsString()
  @Length(1, 64)
  @TypedCode()
  otpCode: string;
}

export class DfnsNewCredential {
  @MayBeAbsent()
  @IsString()
  @Length(1, LONGEST_NAME)
  @IsPlainText()
  credentialName?: string;

  /** The private key under a key that only the owner has; given back at a recovery. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(LONGEST_DATA)
  @IsPlainText()
  encryptedPrivateKey?: string;
}

export class DfnsFirstFactorCredential extends DfnsNewCredential {
  @ApiProperty({ enum: ['Fido2', 'Key'] })
  @IsIn(['Fido2', 'Key'])
  credentialKind: 'Fido2' | 'Key';

  @Nested(() => DfnsKeyInfo)
  credentialInfo: DfnsKeyInfo;
}

export class DfnsSecondFactorCredential {
  @ApiProperty({ enum: ['Totp'] })
  @IsIn(['Totp'])
  credentialKind: 'Totp';

  @MayBeAbsent()
  @IsString()
  @Length(1, LONGEST_NAME)
  @IsPlainText()
  credentialName?: string;

  @Nested(() => DfnsOtpInfo)
  credentialInfo: DfnsOtpInfo;
}

export class DfnsRecoveryCredential extends DfnsNewCredential {
  @ApiProperty({ enum: ['RecoveryKey'] })
  @IsIn(['RecoveryKey'])
  credentialKind: 'RecoveryKey';

  @Nested(() => DfnsKeyInfo)
  credentialInfo: DfnsKeyInfo;
}

/** The keys that an account is to have from now on. */
export class DfnsNewCredentials {
  @Nested(() => DfnsFirstFactorCredential)
  firstFactorCredential: DfnsFirstFactorCredential;

  /** Only of an account that has no second factor yet. */
  @MayBeAbsent()
  @Nested(() => DfnsSecondFactorCredential)
  secondFactorCredential?: DfnsSecondFactorCredential;

  @MayBeAbsent()
  @Nested(() => DfnsRecoveryCredential)
  recoveryCredential?: DfnsRecoveryCredential;
}

export class DfnsKeyAssertion {
  /** @example 'GMkW0zlmcoMxI1OX0Z96LL_Mz7dgeu6vOH5_TOeGyNk' */
  @IsString()
  @Length(1, LONGEST_ID)
  @IsPlainText()
  credId: string;

  /** base64url of the client data that was signed. */
  @IsString()
  @Length(1, LONGEST_DATA)
  clientData: string;

  /** base64url; DER for ES256. */
  @IsString()
  @Length(1, 4096)
  signature: string;

  /** What the client says of its key; the key itself decides. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  algorithm?: string;
}

export class DfnsLoginAssertion extends DfnsKeyAssertion {
  /** base64url; of a `Fido2` alone. */
  @MayBeAbsent()
  @IsString()
  @Length(1, LONGEST_DATA)
  authenticatorData?: string;

  /** base64url; of a `Fido2` alone. */
  @MayBeAbsent()
  @IsString()
  @MaxLength(LONGEST_ID)
  userHandle?: string;
}

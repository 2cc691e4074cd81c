import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsString, Length, MinLength, ValidateNested } from 'class-validator';
import { MayBeAbsent } from '../protocols/dfns/may-be-absent.decorator.js';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { DfnsLoginAssertion } from '../recovery/dfns-credentials.dto.js';
import { DfnsOrganisationRequest } from '../recovery/dfns-recipient.dto.js';
import { TypedCode } from '../protocols/typed-code.decorator.js';

export class DfnsLoginInitRequest extends DfnsOrganisationRequest {
  /** Without it, the authenticator has to know whose it is. @example 'ada@example.com' */
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @IsPlainText()
  username?: string;

  /** The code from the mail; dashes may be left out. @example '1234-5678-9012-3456' */
  @MayBeAbsent()
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  @TypedCode()
  loginCode?: string;
}

export class DfnsFirstFactor {
  @ApiProperty({ enum: ['Fido2', 'Key'] })
  @IsIn(['Fido2', 'Key'])
  kind: 'Fido2' | 'Key';

  @IsObject()
  @ValidateNested()
  @Type(() => DfnsLoginAssertion)
  credentialAssertion: DfnsLoginAssertion;
}

export class DfnsSecondFactor {
  @ApiProperty({ enum: ['Totp'] })
  @IsIn(['Totp'])
  kind: 'Totp';

  /** The code that the authenticator shows. @example '123456' */
  @IsString()
  @Length(1, 64)
  @TypedCode()
  otpCode: string;
}

export class DfnsLoginRequest {
  /**
   * Of `POST /auth/login/init`.
   * @example 'pQ3sJ0p4xq7l1Yc2m8vB5w'
   */
  @IsString()
  @Length(1, 256)
  @IsPlainText()
  challengeIdentifier: string;

  @IsObject()
  @ValidateNested()
  @Type(() => DfnsFirstFactor)
  firstFactor: DfnsFirstFactor;

  /** Of an account with an authenticator. */
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => DfnsSecondFactor)
  secondFactor?: DfnsSecondFactor;
}

class DfnsLoginKind {
  kind: string;
  factor: string;
  requiresSecondFactor: boolean;
}

class DfnsAllowedKey {
  type: string;
  id: string;
}

class DfnsAllowedCredentials {
  webauthn: DfnsAllowedKey[];
  key: DfnsAllowedKey[];
}

class DfnsLoginRelyingParty {
  id: string;
  name: string;
}

export class DfnsLoginChallengeResponse {
  /** What the key has to sign. */
  challenge: string;
  /** Names the challenge in `POST /auth/login`. */
  challengeIdentifier: string;
  supportedCredentialKinds: DfnsLoginKind[];
  allowCredentials: DfnsAllowedCredentials;
  rp: DfnsLoginRelyingParty;
  userVerification: string;
  attestation: string;
  externalAuthenticationUrl: string;
}

export class DfnsTokenResponse {
  /** JWT (ES256), to be checked with `/.well-known/jwks.json`. */
  token: string;
}

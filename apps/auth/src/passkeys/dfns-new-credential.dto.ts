import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, ValidateBy } from 'class-validator';
import { CREDENTIAL_KINDS, type CredentialKind } from '@app/accounts';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { DfnsKeyInfo, DfnsNewCredential, LONGEST_NAME, Nested } from '../recovery/dfns-credentials.dto.js';
import {
  DfnsAuthenticatorSelection,
  DfnsKeyParameters,
  DfnsKnownCredential,
  DfnsRelyingParty,
  DfnsUser,
} from '../recovery/dfns-recovery.dto.js';

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Of an instant in ISO 8601, or in seconds since 1970; undefined for anything else. */
export function instantOf(value: unknown): Date | undefined {
  const isText = typeof value === 'string' && ISO_INSTANT.test(value);
  if (!isText && typeof value !== 'number') return undefined;
  const instant = new Date(isText ? value : (value as number) * 1000);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value) => instantOf(value) !== undefined,
      defaultMessage: () => '$property must be an instant in ISO 8601, or in seconds since 1970',
    },
  });
}

export class DfnsCredentialInitRequest {
  @ApiProperty({ enum: CREDENTIAL_KINDS, example: 'Fido2' })
  @IsIn(CREDENTIAL_KINDS)
  kind: CredentialKind;
}

export class DfnsCredentialCodeRequest {
  /** ISO 8601, or seconds since 1970. A code lives no longer than a challenge. */
  @ApiProperty({
    oneOf: [{ type: 'string', format: 'date-time' }, { type: 'number' }],
    example: '2030-01-15T12:05:00Z',
  })
  @IsInstant()
  expiration: string | number;
}

export class DfnsCredentialCodeResponse {
  /** @example 'q83vEjRWeJCrze8SNFZ4kA' */
  code: string;
  /** UTC. @example '2030-01-15T12:05:00.000Z' */
  expiration: string;
}

export class DfnsCodeInitRequest {
  @ApiProperty({ enum: CREDENTIAL_KINDS, example: 'Fido2' })
  @IsIn(CREDENTIAL_KINDS)
  credentialKind: CredentialKind;

  /** @example 'q83vEjRWeJCrze8SNFZ4kA' */
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  code: string;
}

export class DfnsCredentialRequest extends DfnsNewCredential {
  @ApiProperty({ enum: CREDENTIAL_KINDS, example: 'Fido2' })
  @IsIn(CREDENTIAL_KINDS)
  credentialKind: CredentialKind;

  @Nested(() => DfnsKeyInfo)
  credentialInfo: DfnsKeyInfo;

  /** For its owner's list. @example 'My phone' */
  @IsString()
  @Length(1, LONGEST_NAME)
  @IsPlainText()
  declare credentialName: string;

  /** @example 'pQ3sJ0p4xq7l1Yc2m8vB5w' */
  @IsString()
  @Length(1, 256)
  @IsPlainText()
  challengeIdentifier: string;
}

export class DfnsCredentialChallengeResponse {
  kind: CredentialKind;
  user: DfnsUser;
  /** Names the challenge in the call that completes this. */
  challengeIdentifier: string;
  /** What the new key has to sign. */
  challenge: string;
  rp: DfnsRelyingParty;
  attestation: string;
  pubKeyCredParams: DfnsKeyParameters[];
  /** Of a `Fido2` alone. */
  authenticatorSelection?: DfnsAuthenticatorSelection;
  /** Of a `Fido2` alone: those that the account has. */
  excludeCredentials?: DfnsKnownCredential[];
  /** The same as `challengeIdentifier`. */
  temporaryAuthenticationToken: string;
}

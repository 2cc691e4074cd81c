import { IsUUID } from 'class-validator';
import { CREDENTIAL_KINDS, type CredentialKind } from '@app/accounts';
import { ApiProperty } from '@nestjs/swagger';

export class DfnsCredentialUuidRequest {
  /** @example '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e' */
  @IsUUID()
  credentialUuid: string;
}

export class DfnsOwnCredential {
  @ApiProperty({ enum: CREDENTIAL_KINDS, example: 'Fido2' })
  kind: CredentialKind;
  /** As the client named it. */
  credentialId: string;
  /** @example '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e' */
  credentialUuid: string;
  /** UTC. @example '2024-01-01T12:00:00.000Z' */
  dateCreated: string;
  isActive: boolean;
  /** As it was given at its registration. */
  name: string;
  /** PEM; base64url of the COSE key of a passkey. */
  publicKey: string;
  /** @example 'example.com' */
  relyingPartyId: string;
  /** That of the service. @example 'https://example.com' */
  origin: string;
}

export class DfnsCredentialsResponse {
  items: DfnsOwnCredential[];
}

import type { OwnKey } from '@app/accounts';
import type { Config } from '@app/config';
import type { DfnsCredentialsResponse } from './dfns-own-credentials.dto.js';

export function presentKey(
  key: OwnKey,
  { webauthn, http }: Config,
): DfnsCredentialsResponse['items'][number] {
  return {
    kind: key.kind,
    credentialId: key.credential_id,
    credentialUuid: key.uuid,
    dateCreated: key.created_at.toISOString(),
    isActive: key.is_active,
    name: key.name,
    publicKey: key.public_key,
    relyingPartyId: webauthn.rpId,
    origin: new URL(http.publicUrl).origin,
  };
}

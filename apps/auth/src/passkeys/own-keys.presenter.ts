import type { CredentialRow, OwnKey } from '@app/accounts';
import type { RequestContext } from '@app/kernel';
import type { Config } from '@app/config';
import type { DfnsOwnCredential } from './dfns-own-credentials.dto.js';

export function presentKey(key: OwnKey, { webauthn, http }: Config): DfnsOwnCredential {
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

/** One that this call has made. */
export function presentNewKey(
  { now }: RequestContext,
  key: CredentialRow,
  config: Config,
): DfnsOwnCredential {
  return presentKey({ ...key, created_at: now, is_active: true }, config);
}

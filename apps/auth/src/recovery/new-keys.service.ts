import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  challengeOf,
  CredentialProofs,
  OfferedTotp,
  TotpFactors,
  type CredentialOffer,
  type CredentialRow,
  type Enrolment,
  type KeyHolder,
} from '@app/accounts';
import { sql, violatedConstraint } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';

/** The keys that an account is to have from now on, as a client offers them. */
export interface OfferedKeys {
  firstFactor: CredentialOffer;
  /** The code of the authenticator that was offered with the challenge. */
  otpCode?: string;
  recovery?: CredentialOffer;
}

/** Offered keys whose proofs are good. The first row is the first factor's. */
export interface ProvenKeys {
  rows: [CredentialRow, ...CredentialRow[]];
  /** The new authenticator, sealed for the account. */
  totp?: { sealed: string; step: number };
}

/** The authenticator of proven keys, as `changeKeys` wants it. */
export function enrolmentOf({ totp }: ProvenKeys): Enrolment | undefined {
  return totp && { sealed: sql`${totp.sealed}::text`, step: totp.step };
}

const UNIQUE = ['credentials_fido2', 'credentials_active'];

/** For a statement that stores keys: one with an id that is in use is refused, and nothing is done. */
export function refuseUsedKey(error: unknown): never {
  throw UNIQUE.includes(violatedConstraint(error) ?? '') ? usedKey() : error;
}

function usedKey(): AuthError {
  return new AuthError('invalid_parameters', {
    parameters: [{ parameter: 'credId', error: 'credId is in use' }],
  });
}

/** Checks the keys that are to open an account. */
@Injectable()
export class NewKeysService {
  constructor(
    private readonly proofs: CredentialProofs,
    private readonly totpFactors: TotpFactors,
  ) {}

  /** Undefined when one of the proofs is not good. A holder with a second factor keeps it, and is not given another. */
  async prove(
    call: RequestContext,
    token: string,
    holder: KeyHolder,
    offered: OfferedKeys,
  ): Promise<ProvenKeys | undefined> {
    if (offered.otpCode !== undefined && holder.second_factor !== 'none') {
      const error = 'the account keeps the second factor it has';
      throw new AuthError('invalid_parameters', {
        parameters: [{ parameter: 'secondFactorCredential', error }],
      });
    }
    if (offered.recovery?.credId === offered.firstFactor.credId) throw usedKey();
    const challenge = challengeOf(token);
    const first = await this.row(call, offered.firstFactor, challenge);
    const recovery = offered.recovery && (await this.row(call, offered.recovery, challenge));
    const totp =
      offered.otpCode === undefined ? undefined : this.totp(call, token, holder.id, offered.otpCode);
    const missing = !first || (offered.recovery && !recovery) || (offered.otpCode !== undefined && !totp);
    return missing ? undefined : { rows: recovery ? [first, recovery] : [first], totp };
  }

  private async row(
    call: RequestContext,
    offer: CredentialOffer,
    challenge: string,
  ): Promise<CredentialRow | undefined> {
    const proven = await this.proofs.attest(offer, challenge);
    return proven && { id: call.nextId(), uuid: randomUUID(), ...proven };
  }

  private totp({ now }: RequestContext, token: string, accountId: string, code: string): ProvenKeys['totp'] {
    const offer = new OfferedTotp(token);
    const step = offer.stepOf(code, now);
    return step === undefined ? undefined : { sealed: this.totpFactors.seal(accountId, offer.secret), step };
  }
}

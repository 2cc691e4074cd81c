import { Injectable } from '@nestjs/common';
import {
  BackupCodes,
  ForeignHashError,
  readTotpUri,
  readVerifiers,
  TotpFactors,
  TotpUriError,
  type IncomingCode,
} from '@app/accounts';
import { isBackupCode, normaliseCode } from '@app/kernel';
import type { ReadPerson } from '../person.js';
import { PersonRefused } from './person-refused.js';

type BackupCode = NonNullable<ReadPerson['backupCodes']>[number];

/** What only the owner knows or has, as it rests here. */
@Injectable()
export class PersonSecrets {
  constructor(
    private readonly totp: TotpFactors,
    private readonly codes: BackupCodes,
  ) {}

  /** The verifiers of the password, which are taken over as they are. */
  passwordOf({ passwordHash }: ReadPerson): string | null {
    if (passwordHash === undefined) return null;
    try {
      return readVerifiers(passwordHash);
    } catch (error) {
      if (error instanceof ForeignHashError) throw new PersonRefused(`passwordHash: ${error.message}`);
      throw error;
    }
  }

  /** The secret of the authenticator, sealed for account `id`. */
  authenticatorOf(id: string, { authenticator }: ReadPerson): string | null {
    if (authenticator === undefined) return null;
    try {
      return this.totp.seal(id, readTotpUri(authenticator));
    } catch (error) {
      if (error instanceof TotpUriError) throw new PersonRefused(`authenticator: ${error.message}`);
      throw error;
    }
  }

  /** Codes of the account `id`. `at`: when they were made, where nothing says so. */
  codesOf(id: string, { backupCodes, id: given }: ReadPerson, at: string): IncomingCode[] | null {
    if (!backupCodes?.length) return null;
    const codes = backupCodes.map((code) => ({
      hash: this.hashOf(id, code, given !== undefined),
      sealed: code.sealed ?? null,
      created_at: code.createdAt ?? at,
      used_at: code.usedAt ?? null,
    }));
    if (new Set(codes.map(({ hash }) => hash)).size < codes.length)
      throw new PersonRefused('backupCodes: one of them is there twice');
    return codes;
  }

  /** A hash is bound to the number of its account, and means nothing at another one. */
  private hashOf(id: string, { code, hash }: BackupCode, isKept: boolean): string {
    if (hash !== undefined) {
      if (!isKept)
        throw new PersonRefused(
          'backupCodes: a hash is good for the account of its id alone, and there is no id',
        );
      return hash;
    }
    const typed = normaliseCode(code ?? '');
    if (!isBackupCode(typed))
      throw new PersonRefused(
        'backupCodes: a code has to be 6 or 8 letters and digits as they are made here',
      );
    return this.codes.hashOf(id, typed);
  }
}

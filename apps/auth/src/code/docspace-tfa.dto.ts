import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';
import { asName } from './docspace-authentication.dto.js';

export const TFA_TYPES = ['None', 'Sms', 'App'] as const;

export class DocspaceTfaRequest {
  /** By name or number: None 0, Sms 1, App 2. Other fields are ignored: it is always the caller's own account. */
  @Transform(asName(TFA_TYPES))
  @IsIn(TFA_TYPES)
  type: (typeof TFA_TYPES)[number];
}

/** A kind of second factor. */
export class DocspaceTfaKind {
  /** @example 'app' */
  id: 'sms' | 'app';
  /** @example 'Authenticator app' */
  title: string;
  /** Whether a sign-in of this account asks for it. */
  enabled: boolean;
  /** So spelled. */
  avaliable: boolean;
}

/** A way in for who has lost the authenticator, good once. */
export class DocspaceBackupCode {
  isUsed: boolean;
  /** @example 'k3vd9q' */
  code: string;
}

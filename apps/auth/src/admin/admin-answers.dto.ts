/** An account as a search finds it. */
export class AdminFoundAccount {
  /** @example '123456789012345678' */
  id: string;
  /** @example '0e4f9d3c-6c2b-4a55-9f3f-1f0f7a9f2b11' */
  uuid: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  /** `none`, `email`, `sms` or `totp`. @example 'email' */
  secondFactor: string;
  orgId: string | null;
  tenantId: string | null;
  /** @example 'de' */
  language: string;
  createdAt: Date;
  activatedAt: Date | null;
  disabledAt: Date | null;
}

export class AdminFoundAccounts {
  accounts: AdminFoundAccount[];
  /** For the next page; absent on the last one. */
  cursor?: string;
}

/** By which an account is opened. */
export class AdminIdentity {
  /** @example 'acme' */
  provider: string;
  /** @example 'https://id.acme.example' */
  issuer: string;
  /** @example '24400320' */
  subject: string;
  linkedAt: Date;
}

/** An address that nothing is sent to, because a message came back from it for good. */
export class AdminSuppressedAddress {
  address: string;
  since: Date;
  /** Of the message. */
  reference: string;
  /** The provider's code of the reason. */
  detail: string | null;
}

export class AdminAccount extends AdminFoundAccount {
  invitedAt: Date | null;
  /** It is shut, and will be deleted then. */
  deletionDueAt: Date | null;
  updatedAt: Date;
  /** @example 1 */
  liveSessions: number;
  /** Some login of the account is locked for wrong passwords, from some address or from all. */
  passwordLockedUntil: Date | null;
  /** Wrong codes were too many: guessable ones are refused. */
  codesRefusedUntil: Date | null;
  /** Its owner has said "this wasn't me": until then sign-in asks for more. */
  guardedUntil: Date | null;
  suppressed: AdminSuppressedAddress[];
  identities: AdminIdentity[];
}

export class AdminCreatedAccount {
  /** @example '123456789012345678' */
  id: string;
  /** @example '0e4f9d3c-6c2b-4a55-9f3f-1f0f7a9f2b11' */
  uuid: string;
  /** For its owner's authenticator, this once: it holds the secret. */
  otpauthUri?: string;
}

export class AdminChangedFactor {
  /** For its owner's authenticator, this once: it holds the secret. */
  otpauthUri?: string;
  /** Sign-ins that waited for the old factor, and have to begin again. @example 0 */
  sessionsEnded: number;
}

export class AdminEndedSessions {
  /** How many were live. @example 1 */
  sessionsEnded: number;
}

/** What is kept about the owner of an account, by what it is. */
export class AdminPersonalData {
  exportedAt: Date;
  profile: object;
  /** Which factors there are, and since when; no secret. */
  signsInWith: object;
  sessions: object[];
  messages: object[];
  attempts: object[];
  /** The records of the audit log. */
  events: object[];
}

export class AdminDeletion {
  /** When it is deleted; until then it can be restored. */
  dueAt: Date;
  /** How many sessions were live. @example 1 */
  sessionsEnded: number;
}

/** One proof and when it was given (RFC 8176). */
export class AdminProof {
  /** @example 'pwd' */
  method: string;
  at: string;
}

export class AdminSession {
  /** @example '123456789012345678' */
  id: string;
  /** @example 'yat' */
  protocol: string;
  /** `pending`: waits for the second factor; or `signed_in`. @example 'signed_in' */
  stage: string;
  amr: AdminProof[];
  clientAddress: string;
  userAgent: string;
  createdAt: Date;
  signedInAt: Date | null;
  expiresAt: Date;
}

export class AdminSessions {
  /** The newest first. */
  sessions: AdminSession[];
}

/** A recovery that was proven, and gives its account new keys when it is due. */
export class AdminRecovery {
  /** @example '123456789012345678' */
  id: string;
  /** @example '123456789012345678' */
  accountId: string;
  /** @example 'dfns' */
  protocol: string;
  createdAt: Date;
  dueAt: Date;
}

export class AdminRecoveries {
  recoveries: AdminRecovery[];
  /** For the next page; absent on the last one. */
  cursor?: string;
}

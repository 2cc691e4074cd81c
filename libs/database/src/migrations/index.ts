import { Accounts1760000001000 } from './0001-accounts.js';
import { Sessions1760000002000 } from './0002-sessions.js';
import { Attempts1760000003000 } from './0003-attempts.js';
import { Messages1760000004000 } from './0004-messages.js';
import { Audit1760000005000 } from './0005-audit.js';
import { RequestLimits1760000006000 } from './0006-request-limits.js';
import { SigningKeys1760000007000 } from './0007-signing-keys.js';
import { BrowserSessions1760000008000 } from './0008-browser-sessions.js';
import { RefreshAndFactors1760000009000 } from './0009-refresh-and-factors.js';
import { Credentials1760000010000 } from './0010-credentials.js';
import { Docspace1760000011000 } from './0011-docspace.js';
import { ExternalIdentities1760000012000 } from './0012-external-identities.js';
import { SecurityStamp1760000013000 } from './0013-security-stamp.js';
import { SecondFactorAttempts1760000014000 } from './0014-second-factor-attempts.js';
import { CodesOfASetUp1760000015000 } from './0015-codes-of-a-set-up.js';
import { PhonesThatSignIn1760000016000 } from './0016-phones-that-sign-in.js';
import { NamesOfFormerReleases1760000017000 } from './0017-names-of-former-releases.js';
import { Growth1760000018000 } from './0018-growth.js';
import { SessionsOfAnAccount1760000019000 } from './0019-sessions-of-an-account.js';
import { ServerKeys1760000020000 } from './0020-server-keys.js';
import { AuditKey1760000021000 } from './0021-audit-key.js';
import { AuditPartitions1760000022000 } from './0022-audit-partitions.js';
import { SendLimits1760000023000 } from './0023-send-limits.js';
import { IdempotentCalls1760000024000 } from './0024-idempotent-calls.js';
import { Lanes1760000025000 } from './0025-lanes.js';
import { WhatBecameOfMessages1760000026000 } from './0026-what-became-of-messages.js';
import { IndexesOfMessages1760000028000 } from './0028-indexes-of-messages.js';
import { ThisWasNotMe1760000030000 } from './0030-this-was-not-me.js';
import { ServiceKeys1760000031000 } from './0031-service-keys.js';
import { ContactChanges1760000032000 } from './0032-contact-changes.js';
import { DeactivatedKeys1760000033000 } from './0033-deactivated-keys.js';
import { Imports1760000034000 } from './0034-imports.js';
import { Deletion1760000035000 } from './0035-deletion.js';
import { Search1760000036000 } from './0036-search.js';
import { Operators1760000037000 } from './0037-operators.js';

/** In the order in which they run. Classes and not a glob: the same in tests, in the build and on the command line. */
export const migrations = [
  Accounts1760000001000,
  Sessions1760000002000,
  Attempts1760000003000,
  Messages1760000004000,
  Audit1760000005000,
  RequestLimits1760000006000,
  SigningKeys1760000007000,
  BrowserSessions1760000008000,
  RefreshAndFactors1760000009000,
  Credentials1760000010000,
  Docspace1760000011000,
  ExternalIdentities1760000012000,
  SecurityStamp1760000013000,
  SecondFactorAttempts1760000014000,
  CodesOfASetUp1760000015000,
  PhonesThatSignIn1760000016000,
  NamesOfFormerReleases1760000017000,
  Growth1760000018000,
  SessionsOfAnAccount1760000019000,
  ServerKeys1760000020000,
  AuditKey1760000021000,
  AuditPartitions1760000022000,
  SendLimits1760000023000,
  IdempotentCalls1760000024000,
  Lanes1760000025000,
  WhatBecameOfMessages1760000026000,
  IndexesOfMessages1760000028000,
  ThisWasNotMe1760000030000,
  ServiceKeys1760000031000,
  ContactChanges1760000032000,
  DeactivatedKeys1760000033000,
  Imports1760000034000,
  Deletion1760000035000,
  Search1760000036000,
  Operators1760000037000,
];

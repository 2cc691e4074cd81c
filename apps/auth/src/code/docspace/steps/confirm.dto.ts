import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsMemberOf } from '../../../protocols/docspace/is-member-of.decorator.js';
import { IsPlainText } from '../../../protocols/plain-text.decorator.js';

/** What clients send about joining, where there is nothing to join. Without a validator it is dropped before anybody reads it. */
const Ignored = (type: 'string' | 'boolean') =>
  ApiPropertyOptional({ type, description: 'Ignored, whatever it is.' });

/** In the order of their numbers. Those of a step and `Auth`, a mailed key, are ours; no key is good for the others. */
export const CONFIRMATIONS = [
  ...['EmpInvite', 'LinkInvite', 'PortalSuspend', 'PortalContinue', 'PortalRemove', 'DnsChange'],
  ...['PortalOwnerChange', 'Activation', 'EmailChange', 'EmailActivation', 'PasswordChange', 'ProfileRemove'],
  ...['PhoneActivation', 'PhoneAuth', 'Auth', 'TfaActivation', 'TfaAuth', 'Wizard', 'GuestShareLink'],
];

export class DocspaceConfirmRequest {
  /** The key of a `confirmUrl`, or of a mail. Without one it is that in the cookie of `type`. */
  @IsOptional()
  @IsString()
  @MaxLength(1200)
  @IsPlainText()
  key?: string;

  /** What the key is for, by name or number: PhoneActivation 12, PhoneAuth 13, Auth 14, TfaActivation 15, TfaAuth 16. */
  @IsOptional()
  @IsMemberOf(CONFIRMATIONS)
  type?: string;

  /** Whose key it is: when given, it has to be. */
  @IsOptional()
  @IsString()
  @MaxLength(254)
  @IsPlainText()
  email?: string;

  /** The account's UUID, likewise. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  @IsPlainText()
  uiD?: string;

  @Ignored('boolean')
  first?: unknown;

  @Ignored('string')
  emplType?: unknown;

  @Ignored('string')
  encEmail?: unknown;

  @Ignored('string')
  roomId?: unknown;
}

export class DocspaceConfirmation {
  /** 0 Ok, 1 Invalid, 2 Expired. */
  result: number;
  /** Whose key it is; only of a good one. @example 'ada@example.com' */
  email?: string;
}

export class DocspaceTfaSetup {
  /** The key to type into the app, base32. @example 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' */
  manualEntryKey: string;
  /** The name that the app shows beside its codes: e-mail address, user name or phone number. @example 'ada@example.com' */
  account: string;
  /** The QR code, as a data URL. */
  qrCodeSetupImageUrl: string;
}

import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { IsPlainText } from '../../../protocols/plain-text.decorator.js';
import { asBoolean, asName } from '../authentication.dto.js';

/** In the order of their numbers. Those of a step and `Auth`, a mailed key, are ours; no key is good for the others. */
export const CONFIRMATIONS = [
  ...['EmpInvite', 'LinkInvite', 'PortalSuspend', 'PortalContinue', 'PortalRemove', 'DnsChange'],
  ...['PortalOwnerChange', 'Activation', 'EmailChange', 'EmailActivation', 'PasswordChange', 'ProfileRemove'],
  ...['PhoneActivation', 'PhoneAuth', 'Auth', 'TfaActivation', 'TfaAuth', 'Wizard', 'GuestShareLink'],
];

export class DocspaceConfirmRequest {
  /** The key of a `confirmUrl`, or of a mail. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  @IsPlainText()
  key?: string;

  /** What the key is for, by name or number: PhoneActivation 12, PhoneAuth 13, Auth 14, TfaActivation 15, TfaAuth 16. */
  @IsOptional()
  @Transform(asName(CONFIRMATIONS))
  @IsIn(CONFIRMATIONS)
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

  /** Read and without effect, like `emplType`, `encEmail` and `roomId`. */
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  first?: boolean;
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
  /** The QR code, as a data URL. */
  qrCodeSetupImageUrl: string;
}

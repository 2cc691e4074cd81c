import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';

export class DocspaceConfirmRequest {
  /** The key of a `confirmUrl`. Other fields are ignored. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  @IsPlainText()
  key?: string;
}

export class DocspaceConfirmation {
  /** 0 good, 1 not. */
  result: number;
}

export class DocspaceTfaSetup {
  /** The key to type into the app, base32. @example 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' */
  manualEntryKey: string;
  /** The QR code, as a data URL. */
  qrCodeSetupImageUrl: string;
}

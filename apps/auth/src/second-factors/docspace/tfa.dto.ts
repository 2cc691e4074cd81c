import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, Matches } from 'class-validator';
import { IsMemberOf } from '../../protocols/docspace/is-member-of.decorator.js';

export const TFA_TYPES = ['None', 'Sms', 'App'] as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UUID_OR_EMPTY = new RegExp(`^$|${UUID.source}`, 'i');

/** Whose second factor is meant. Nobody changes another's: whatever names anybody else is refused. */
export class DocspaceTfaSubject {
  /** The caller's UUID; empty, absent or all zeros mean the caller too. */
  @IsOptional()
  @Matches(UUID_OR_EMPTY, { message: 'id must be a UUID' })
  id?: string | null;

  /** Must be empty: the second factor is asked for wherever a sign-in comes from. */
  @IsOptional()
  @IsArray({ message: 'trustedIps must be a list' })
  @ArrayMaxSize(0, {
    message: 'trustedIps must be empty: the second factor is asked for from every address',
  })
  trustedIps?: string[] | null;

  /** UUIDs; of nobody but the caller. */
  @IsOptional()
  @IsArray({ message: 'mandatoryUsers must be a list' })
  @Matches(UUID, { each: true, message: 'mandatoryUsers must hold UUIDs' })
  mandatoryUsers?: string[] | null;

  /** There are no groups: none may be named. */
  @IsOptional()
  @IsArray({ message: 'mandatoryGroups must be a list' })
  @Matches(UUID, { each: true, message: 'mandatoryGroups must hold UUIDs' })
  mandatoryGroups?: string[] | null;
}

export class DocspaceTfaRequest extends DocspaceTfaSubject {
  /** By name or number: None 0, Sms 1, App 2. @example 'App' */
  @IsMemberOf(TFA_TYPES)
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
  /** Whether it can be chosen: texts need something that carries them. */
  available: boolean;
  /** The same, as the first clients spell it. */
  avaliable: boolean;
  /** Empty: the second factor is asked for from every address. */
  trustedIps: string[];
  /** Empty: nobody decides about the second factor of others. */
  mandatoryUsers: string[];
  /** Empty: there are no groups. */
  mandatoryGroups: string[];
}

/** The page of a step, and the cookie in which its key comes: the one of a phone has none. */
export class DocspaceTfaPage {
  /** @example 'https://auth.example.com/confirm/TfaAuth?type=TfaAuth&key=q2s4tgv' */
  @ApiProperty({ format: 'uri' })
  url: string;
  /** It is set as well. @example 'asc_confirm_key_TfaAuth' */
  cookieName?: string;
  /** The key of the step. */
  cookieValue?: string;
}

/** A way in for who has lost the authenticator, good once. */
export class DocspaceBackupCode {
  isUsed: boolean;
  /** @example 'k3vd9q' */
  code: string;
}

import { ApiProperty } from '@nestjs/swagger';

/** The account of the session. What has no value is left out. */
export class DocspacePerson {
  /** @example '4f8a6b1e-6a53-4c37-9a52-6d1c8a3f6f0e' */
  @ApiProperty({ format: 'uuid' })
  id: string;
  /** First and last name, else the user name. @example 'Ada Lovelace' */
  displayName: string;
  /** The user name, else the address or number that the account is known by. @example 'ada' */
  userName: string;
  /** @example 'Ada' */
  firstName?: string;
  /** @example 'Lovelace' */
  lastName?: string;
  /** @example 'ada@example.com' */
  email?: string;
  /** @example '+4915112345678' */
  mobilePhone?: string;
  /** 1: it is proven; 0: there is none. @example 1 */
  mobilePhoneActivationStatus: number;
  /** 1: active. Others have no session. @example 1 */
  status: number;
  /** 0: not activated, 1: activated. @example 1 */
  activationStatus: number;
  /** Whether codes of an authenticator are asked for. */
  tfaAppEnabled: boolean;
  /** Language tag. @example 'en' */
  cultureName: string;
  /** UTC. @example '2026-02-14T12:00:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  registrationDate: string;
  /** There are no roles here. @example false */
  isAdmin: boolean;
  /** @example false */
  isOwner: boolean;
  /** @example false */
  isVisitor: boolean;
  /** @example false */
  isLDAP: boolean;
  /** @example false */
  isSSO: boolean;
}

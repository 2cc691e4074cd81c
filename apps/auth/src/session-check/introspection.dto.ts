import { IsOptional, IsString } from 'class-validator';

export class IntrospectionRequest {
  /** A credential of any protocol: hash, token, value of a session cookie, access or refresh token. @example '2YotnFZFEjr1zCsicMWpAA' */
  @IsString()
  token: string;
  /** What it may be. Read, and not needed: a credential is known by its form. @example 'access_token' */
  @IsOptional()
  @IsString()
  token_type_hint?: string;
}

/** RFC 7662 §2.2. One that is not good has `active: false` and nothing else, whatever the reason. */
export class IntrospectionResponse {
  /** @example true */
  active: boolean;
  /** The account's UUID, in every protocol. @example '0e4f9d3c-6c2b-4a55-9f3f-1f0f7a9f2b11' */
  sub?: string;
  /** The session. @example '123456789012345678' */
  sid?: string;
  /** Which protocol the credential belongs to. @example 'navixy' */
  protocol?: string;
  /** How the person proved who they are (RFC 8176). @example ['pwd', 'otp'] */
  amr?: string[];
  /** @example 'urn:countersign:two-factors' */
  acr?: string;
  /** When they did, in epoch seconds. @example 1767225600 */
  auth_time?: number;
  /** Since when the credential is good, in epoch seconds. @example 1767225600 */
  iat?: number;
  /** Until when it is good at most, in epoch seconds. @example 1767226500 */
  exp?: number;
  /** @example 'https://auth.example.com' */
  iss?: string;
  /** Of an access token: for whom it is. @example 'https://auth.example.com' */
  aud?: string;
  /** Of an access token: its scopes, with a space between them. @example 'account:read account:write' */
  scope?: string;
  /** Of an access token. @example 'Bearer' */
  token_type?: string;
}

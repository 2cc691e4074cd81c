import { NavixySuccess } from './code.dto.js';

export class NavixyUserInfo {
  /** @example '164029518295040001' */
  id: string;
  /** @example 'ada@example.com' */
  login: string;
  /** @example '+4915112345678' */
  phone?: string;
  /** @example 'en' */
  locale: string;
  /** UTC. @example '2026-01-15 12:00:00' */
  creation_date: string;
  /** Whether the account is activated. */
  verified: boolean;
}

export class NavixyUserInfoResponse extends NavixySuccess {
  user_info: NavixyUserInfo;
}

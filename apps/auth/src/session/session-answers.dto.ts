import { WachtEnvelope } from '../protocols/wacht/wacht-session.dto.js';

class WachtAvailability {
  available: boolean;
  identifier_type: 'email' | 'username';
  /** As it would be stored. @example 'ada@example.com' */
  identifier: string;
}

export class WachtAvailabilityResponse extends WachtEnvelope {
  data: WachtAvailability;
}

class WachtToken {
  /** A JWT, ES256. */
  token: string;
  /** Epoch milliseconds. @example 1768478400000 */
  expires: number;
  /** @example '2026-01-15T12:15:00.000Z' */
  expires_at: string;
}

export class WachtTokenResponse extends WachtEnvelope {
  data: WachtToken;
}

class WachtSent {
  /** @example true */
  otp_sent: boolean;
}

/** To a call in the query spelling. */
export class WachtSentResponse extends WachtEnvelope {
  data: WachtSent;
}

class WachtDone {
  /** @example true */
  success: boolean;
}

export class WachtDoneResponse extends WachtEnvelope {
  data: WachtDone;
}

class WachtDeploymentData {
  mode: 'production' | 'staging';
  /** What a client needs to draw its forms. */
  auth_settings: object;
  ui_settings: object;
  /** The configured identity providers. */
  social_connections: object[];
}

export class WachtDeploymentResponse extends WachtEnvelope {
  data: WachtDeploymentData;
}

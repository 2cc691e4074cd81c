import { ApiProperty } from '@nestjs/swagger';

export class WachtSignInAttempt {
  /** @example '123456789' */
  id: string;
  /** How it was begun. @example 'email_otp' */
  method: string;
  /** What it waits for; absent once it is complete. */
  current_step?: 'verify_email_otp' | 'verify_email_link' | 'verify_phone_otp' | 'verify_second_factor';
  completed: boolean;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
}

export class WachtSignUpAttempt {
  /** @example '123456789' */
  id: string;
  /** Empty when none was given. @example 'ada@example.com' */
  email: string;
  /** Empty when none was given. @example 'ada.l' */
  username: string;
  /** What it waits for; absent once it is complete. */
  current_step?: 'verify_email' | 'verify_phone';
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
}

export class WachtSignIn {
  /** @example '987654321' */
  id: string;
  /** @example '456789123' */
  user_id: string;
  /** UTC. @example '2024-01-01T12:00:00Z' */
  created_at: string;
}

/** What the browser holds. Lists are newest last. */
export class WachtSession {
  signin_attempts: WachtSignInAttempt[];
  signins: WachtSignIn[];
  signup_attempts: WachtSignUpAttempt[];
  /** The sign-in that the application acts for; null when there is none. */
  @ApiProperty({
    type: 'object',
    nullable: true,
    required: ['id', 'user_id', 'created_at'],
    properties: { id: { type: 'string' }, user_id: { type: 'string' }, created_at: { type: 'string' } },
  })
  active_signin: WachtSignIn | null;
}

export class WachtErrorEntryDto {
  /** @example 'INVALID_CODE' */
  code: string;
  /** @example 'Invalid verification code' */
  message: string;
}

/** Every refusal of this protocol. */
export class WachtErrorResponse {
  /** The HTTP status. @example 400 */
  status: number;
  /** @example 'Invalid verification code' */
  message: string;
  /** Always null. */
  @ApiProperty({ type: 'object', additionalProperties: false, nullable: true, example: null })
  data: null;
  /** The session as it is; empty when the request was refused before it was looked up. */
  session: WachtSession;
  errors: WachtErrorEntryDto[];
}

/** What every answer that is no refusal is wrapped in. */
export class WachtEnvelope {
  /** @example 200 */
  status: number;
  /** Empty. @example '' */
  message: string;
  session: WachtSession;
  /** Empty. */
  errors: WachtErrorEntryDto[];
}

/** An answer whose data is the session itself. */
export class WachtSessionResponse extends WachtEnvelope {
  data: WachtSession;
}

export const EMPTY_SESSION: WachtSession = {
  signin_attempts: [],
  signins: [],
  signup_attempts: [],
  active_signin: null,
};

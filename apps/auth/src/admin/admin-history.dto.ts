import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';

const MOST_EVENTS = 1000;

export class AdminAttemptFacts {
  id: string;
  /** @example 'sign_in' */
  purpose: string;
  factor: string;
  kind: string;
  method: string;
  protocol: string;
  accountId: string | null;
  sessionId: string | null;
  triesLeft: number;
  createdAt: Date;
  expiresAt: Date;
  closedAt: Date | null;
  /** `open`, `consumed`, `expired`, `exhausted` or `superseded`. */
  status: string;
}

/** One try to hand a message over. */
export class AdminHandOver {
  at: string;
  try: number;
  provider: string;
  outcome: string;
  /** A code of the provider. */
  answer: string;
}

export class AdminMessageFacts {
  id: string;
  /** What it is called in itself. */
  reference: string | null;
  disownedAt: Date | null;
  channel: string;
  template: string;
  language: string;
  /** `queued`, `sent`, `expired`, `refused`, `withheld`, `discarded` or `failed`. */
  state: string;
  tries: number;
  lastError: string | null;
  provider: string | null;
  providerId: string | null;
  handOvers: AdminHandOver[];
  createdAt: Date;
  nextTryAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  /** Its address, masked. */
  recipient: string;
}

/** What a provider said of a message after the hand-over. */
export class AdminReport {
  at: Date;
  reference: string;
  kind: string;
  provider: string;
  detail: string | null;
}

export class AdminEventFacts {
  id: string;
  at: Date;
  /** @example 'code.verify' */
  event: string;
  /** @example 'wrong' */
  outcome: string;
  protocol: string | null;
  accountId: string | null;
  sessionId: string | null;
  attemptId: string | null;
  clientAddress: string | null;
  /** In `admin` the key, as `key billing`; in `cli` the user of the machine. */
  userAgent: string | null;
  requestId: string | null;
}

/** An attempt, a message or an event: one of the three is there. */
export class AdminTimelineEntry {
  id: string;
  at: Date;
  /** What it is, in English. */
  sentence: string;
  attempt?: AdminAttemptFacts;
  message?: AdminMessageFacts;
  reports?: AdminReport[];
  event?: AdminEventFacts;
}

export class AdminTimeline {
  /** The newest first. */
  entries: AdminTimelineEntry[];
  /** For the next page; absent on the last one. */
  cursor?: string;
}

export class AdminToldMessage extends AdminMessageFacts {
  sentence: string;
}

export class AdminToldAttempt extends AdminAttemptFacts {
  sentence: string;
  messages: AdminToldMessage[];
}

export class AdminToldEvent extends AdminEventFacts {
  sentence: string;
}

export class AdminStory {
  attempts: AdminToldAttempt[];
  /** Of a message whose attempt is not known any more, or that is about none. */
  messages: AdminToldMessage[];
  reports: AdminReport[];
  events: AdminToldEvent[];
}

export class AdminAuditQuery {
  /** How many records are looked at. @example 100 */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_EVENTS)
  limit: number = 100;

  /** The `cursor` of the page before. */
  @IsOptional()
  @Matches(/^\d{1,18}$/, { message: '$property has to be the cursor of a page before' })
  cursor?: string;

  /** Where to begin without a cursor. @example '2026-01-31T12:00:00Z' */
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;

  /** Of this account alone: its id. */
  @IsOptional()
  @Matches(/^\d{1,18}$/, { message: '$property has to be the id of an account' })
  account?: string;

  /** The event, or the beginning of one before a dot: `code` finds `code.verify`. @example 'code' */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  @Matches(/^[\w.: /-]+$/, { message: '$property has to be the name of an event' })
  event?: string;

  /** @example 'yat' */
  @IsOptional()
  @Matches(/^[a-z_]{1,32}$/, { message: '$property has to be the name of a protocol' })
  protocol?: string;
}

export class AdminAuditEvent extends AdminEventFacts {
  /** How often the same happened again in that minute. */
  repeated: number;
}

export class AdminAuditPage {
  /** The oldest first. */
  events: AdminAuditEvent[];
  /** Where the next page begins, now or later. */
  cursor: string;
  /** Whether there is a next page already; a page may have no events and yet another one after it. */
  more: boolean;
}

/** What happened in an hour. */
export class AdminHour {
  /** When it began. */
  hour: Date;
  /** By protocol. @example { "yat": 12 } */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  signIns: Record<string, number>;
  /** By why. @example { "wrong": 3 } */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  failures: Record<string, number>;
  /** By what has become of them. @example { "sent": 14 } */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  messages: Record<string, number>;
}

export class AdminQueue {
  /** How many messages wait. @example 0 */
  messages: number;
  /** How long the first of them has waited. @example 0 */
  oldestSeconds: number;
}

export class AdminStatistics {
  /** Twenty-four of them, the oldest first; the last is not over. */
  hours: AdminHour[];
  queue: AdminQueue;
  /** Accounts whose guesses were refused in that time because there had been too many wrong ones. @example 0 */
  accountsOutOfGuesses: number;
}

import { Injectable } from '@nestjs/common';
import {
  claimMailbox,
  mailboxOwner,
  type OfAccount,
  PasswordCheck,
  type HeldAccount,
  withAccount,
} from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS, type Opening, type GuessVerdict } from '@app/attempts';
import { type Effect, part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { TokenHolder } from '@app/tokens';
import { RefreshRotation, RefreshTokens } from '@app/sessions';
import { endedBy, readBy } from '@app/sign-in';

/** Whose mailbox was proven, and what that lets them be; with the stamp as it is from now on. */
export interface ProvenMailbox extends Opening, HeldAccount {
  account_id: string;
  security_stamp: number;
  stage: string;
}

export interface Proof {
  proven: Part<ProvenMailbox>;
  claimed: Part<HeldAccount>;
  /** What the proof does beside. */
  effects: Effect[];
}

export interface ProvenSession {
  /** No row when no session was made. */
  holder: Part<TokenHolder>;
  effects: Effect[];
  refreshToken: string;
}

/** What the proof of a mailbox is good for. */
@Injectable()
export class MailboxProof {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly passwords: PasswordCheck,
    private readonly tokens: RefreshTokens,
    private readonly rotation: RefreshRotation,
  ) {}

  /**
   * Whose mailbox it is, and what its first proof does. An account whose second factor is this very mailbox is not entered by it: one
   * mailbox is never two factors. But the lock that strangers' wrong passwords have put on it is lifted, for its owner has no other
   * way to have that done.
   */
  proven(call: RequestContext, verdict: Part<GuessVerdict>): Proof {
    const owner = mailboxOwner(verdict);
    const { claimed, invited, registered } = claimMailbox(call, owner);
    const proven = part<ProvenMailbox>(
      'proven',
      sql`
        SELECT o.account_id, o.subject, o.session_id, o.stage, coalesce(c.security_stamp, o.security_stamp) AS security_stamp
        FROM ${owner} o LEFT JOIN ${claimed} c USING (account_id)`,
    );
    const mailbox = part<OfAccount>(
      'mailbox',
      sql`SELECT v.account_id FROM ${verdict} v WHERE v.outcome = 'redeemed' AND v.account_id IS NOT NULL`,
    );
    return {
      proven,
      claimed,
      effects: [
        this.attempts.spendLinks(call, MAILED_KEYS, undefined, claimed),
        ...endedBy('invited_mailbox_proven', call, invited).effects,
        ...endedBy('registered_mailbox_proven', call, registered).effects,
        this.passwords.forgiveEverywhere(mailbox),
        readBy(verdict),
      ],
    };
  }

  /** A session for whoever proved it, pending when the account has a second factor. */
  session(call: RequestContext, verdict: Part<GuessVerdict>): ProvenSession {
    const token = this.tokens.first();
    const { proven, claimed, effects } = this.proven(call, verdict);
    const session = this.rotation.start(call, { id: call.nextId(), method: 'email', token }, proven);
    const holder = part<TokenHolder>(
      'holder',
      sql`
        SELECT h.session_id, h.stage, h.amr, h.second_factor_at, h.uuid, h.second_factor,
          h.has_password AND NOT EXISTS (SELECT FROM ${claimed}) AS has_password FROM ${withAccount(call, session)} h`,
    );
    return { holder, effects, refreshToken: token.token };
  }
}

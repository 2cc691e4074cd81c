import { Injectable } from '@nestjs/common';
import { recipientOf } from '@app/accounts';
import { type Parts, sql } from '@app/database';
import { Outbox, ownerNotice, type FactorChange } from '@app/delivery';
import type { Call } from '@app/kernel';
import { endSessionsOf, survivors } from '@app/sessions';

/** What goes with a change of an account's second factor. */
@Injectable()
export class DocspaceConnections {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Parts: the account of part `connected` asks for this factor now: sessions made without it end, but the one of part `session`,
   * and its owner is told.
   */
  announce(call: Call, factor: 'sms' | 'totp'): Parts {
    const proven = survivors.provenBy(factor === 'totp' ? 'otp' : 'sms');
    return {
      ...endSessionsOf(call, 'second_factor_enabled', 'connected', proven, 'session'),
      ...this.tell(call, factor === 'totp' ? 'totp_enabled' : 'sms_enabled', 'connected'),
    };
  }

  /** Parts: tells the owner of the account in part `from`. */
  tell(call: Call, change: FactorChange, from: string): Parts {
    return {
      told: recipientOf('email', from),
      notice: this.outbox.enqueue(
        ownerNotice(call, 'factor_changed', { change }),
        call.now,
        sql`SELECT * FROM told`,
      ),
    };
  }

  /** Once the statement has come back. */
  announced(): void {
    this.outbox.wake();
  }
}

import { Injectable } from '@nestjs/common';
import { recipientOf } from '@app/accounts';
import type { Parts } from '@app/database';
import { askedBy, Outbox, type FactorChange, type NewMessage } from '@app/delivery';
import { plusSeconds, type Call } from '@app/kernel';
import { endSessionsWithout } from '@app/sessions';
import sql from 'sql-template-tag';

/** A notice that is a day late is still news to an owner whose account was taken. */
const NOTICE_SECONDS = 86_400;

/** What goes with a change of an account's second factor. */
@Injectable()
export class DocspaceConnections {
  constructor(private readonly outbox: Outbox) {}

  /** Parts: the account of part `connected` asks for this factor now: sessions made without it end, and its owner is told. */
  announce(call: Call, factor: 'sms' | 'totp', exceptSessionId: string): Parts {
    return {
      others: endSessionsWithout(call, factor === 'totp' ? 'otp' : 'sms', 'connected', exceptSessionId),
      ...this.tell(call, factor === 'totp' ? 'totp_enabled' : 'sms_enabled', 'connected'),
    };
  }

  /** Parts: tells the owner of the account in part `from`. */
  tell(call: Call, change: FactorChange, from: string): Parts {
    return {
      told: recipientOf('email', from),
      notice: this.outbox.enqueue(notice(call, change), call.now, sql`SELECT * FROM told`),
    };
  }

  /** Once the statement has come back. */
  announced(): void {
    this.outbox.wake();
  }
}

function notice({ now, client, nextId }: Call, change: FactorChange): NewMessage {
  const facts = {
    change,
    ...askedBy({ now, client }),
  };
  return {
    id: nextId(),
    channel: 'email',
    template: 'factor_changed',
    expiresAt: plusSeconds(now, NOTICE_SECONDS),
    facts,
  };
}

import { Injectable } from '@nestjs/common';
import { SecondFactors, TotpFactors, type SecondFactor } from '@app/accounts';
import { Database, sql, statementOf } from '@app/database';
import { digest, type Call } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';

/** What the holder of a step's key has to do. */
export interface StepView {
  factor: SecondFactor;
  /** Still to be given: the number that gets the codes. */
  needsPhone: boolean;
  /** Of an authenticator that is being set up; `label`: what the app calls it. */
  authenticator?: { label: string; secret: string; uri: string };
}

interface Row {
  account_id: string;
  label: string;
  second_factor: SecondFactor;
  has_phone: boolean;
  has_authenticator: boolean;
  setup_factor: 'sms' | 'totp' | null;
  setup_secret: string | null;
}

/** The step behind a `confirmUrl`. */
@Injectable()
export class DocspaceStepView {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactors,
  ) {}

  async find(call: Call, key: string): Promise<StepView | undefined> {
    const parts = {
      pending: this.sessions.pending(call, digest(key)),
      setup: this.factors.setup(call, 'pending'),
      authenticator: this.totp.secret('pending'),
    };
    const row = await this.database.row<Row>(
      statementOf(
        parts,
        sql`
          SELECT a.id AS account_id, coalesce(a.email, a.username, a.phone) AS label, a.second_factor,
            a.phone IS NOT NULL AS has_phone, EXISTS (SELECT FROM authenticator) AS has_authenticator,
            s.factor AS setup_factor, s.secret_sealed AS setup_secret
          FROM pending p JOIN accounts a ON a.id = p.account_id LEFT JOIN setup s ON s.account_id = a.id
          WHERE a.disabled_at IS NULL`,
      ),
    );
    return row && this.view(row);
  }

  private view(row: Row): StepView {
    const { account_id, label, second_factor: factor, setup_factor, setup_secret } = row;
    const needsPhone = factor === 'sms' && !row.has_phone && setup_factor !== 'sms';
    const setsUp = factor === 'totp' && !row.has_authenticator && setup_factor === 'totp' && setup_secret;
    return {
      factor,
      needsPhone,
      ...(setsUp && { authenticator: { label, ...this.totp.reveal(account_id, setup_secret, label) } }),
    };
  }
}

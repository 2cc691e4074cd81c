import { Injectable } from '@nestjs/common';
import { SecondFactors, TotpFactors, withSetUp, type SecondFactor } from '@app/accounts';
import { Database, part, sql, statement } from '@app/database';
import { digest, type RequestContext } from '@app/kernel';
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
  is_set_up: boolean;
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

  async find(call: RequestContext, key: string): Promise<StepView | undefined> {
    const pending = this.sessions.pending(call, digest(key));
    const view = part<Row>(
      'view',
      sql`
        SELECT p.account_id, p.label, p.second_factor, p.is_set_up, s.factor AS setup_factor, s.secret_sealed AS setup_secret
        FROM ${withSetUp(call, pending)} p LEFT JOIN ${this.factors.setup(call, pending)} s USING (account_id)`,
    );
    const row = await this.database.row(statement(view));
    return row && this.view(row);
  }

  private view(row: Row): StepView {
    const { account_id, label, second_factor: factor, setup_factor, setup_secret } = row;
    const needsPhone = factor === 'sms' && !row.is_set_up && setup_factor !== 'sms';
    const setsUp = factor === 'totp' && !row.is_set_up && setup_factor === 'totp' && setup_secret;
    return {
      factor,
      needsPhone,
      ...(setsUp && { authenticator: { label, ...this.totp.reveal(account_id, setup_secret, label) } }),
    };
  }
}

import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Effect, type Part, statement } from '@app/database';
import { digest, plusSeconds, randomToken, type RequestContext } from '@app/kernel';
import { DataSource } from 'typeorm';
import { OperatorEntity } from './operator.entity.js';
import { endSessionsOf } from './operator-sessions.js';
import {
  insertOperator,
  reinviteOperator,
  removeOperator,
  type ChangedOperator,
  type Invitation,
} from './operators.js';
import { recordedOperator } from './recorded.js';
import type { Role } from './role.js';

/** Longer than a day and whoever was invited has lost it, or somebody has found it. */
export const INVITATION_SECONDS = 86_400;
const TOKEN_BITS = 256;

/** `link`: shown this once, to whoever hands it over. */
export interface SentInvitation extends ChangedOperator {
  link: string;
  expiresAt: Date;
}

/** Who may use the console. Every change is one statement with its audit row; `email` is one that `storedEmail` has made. */
@Injectable()
export class OperatorsService {
  constructor(
    private readonly database: Database,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  /** Undefined: there is an operator with this address. */
  async invite(call: RequestContext, email: string, role: Role): Promise<SentInvitation | undefined> {
    const { link, invitation } = this.invitation(call.now);
    const made = insertOperator({ id: call.nextId(), email, role }, invitation, call.now);
    const operator = await this.changed(call, `operator.invite ${email}`, made);
    return operator && { ...operator, link, expiresAt: invitation.expiresAt };
  }

  /** A new invitation in the place of both factors, for whoever has lost one; all their sessions end. Undefined: there is nobody. */
  async reset(call: RequestContext, email: string): Promise<SentInvitation | undefined> {
    const { link, invitation } = this.invitation(call.now);
    const changed = reinviteOperator(email, invitation);
    const operator = await this.changed(call, `operator.reset ${email}`, changed, endSessionsOf(changed));
    return operator && { ...operator, link, expiresAt: invitation.expiresAt };
  }

  /** Ends all sessions of the operator as well. False: there is nobody with this address. */
  async remove(call: RequestContext, email: string): Promise<boolean> {
    return (await this.changed(call, `operator.remove ${email}`, removeOperator(email))) !== undefined;
  }

  /** In the order of their addresses. */
  list(): Promise<OperatorEntity[]> {
    return this.dataSource.getRepository(OperatorEntity).find({ order: { email: 'ASC' } });
  }

  private invitation(now: Date): { link: string; invitation: Invitation } {
    const token = randomToken(TOKEN_BITS);
    const link = `${this.config.http.publicUrl}/console/invitation?token=${token}`;
    return { link, invitation: { hash: digest(token), expiresAt: plusSeconds(now, INVITATION_SECONDS) } };
  }

  private changed(
    call: RequestContext,
    event: AuditEvent,
    changed: Part<ChangedOperator>,
    ...also: Effect[]
  ): Promise<ChangedOperator | undefined> {
    return this.database.row(statement(changed, ...also, recordedOperator(call, event, 'done', changed)));
  }
}

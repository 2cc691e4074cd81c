import { Injectable } from '@nestjs/common';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { Database, part, type Part, sql, statement } from '@app/database';
import { digest, plusSeconds, randomToken, type RequestContext } from '@app/kernel';
import {
  dropServiceKey,
  insertServiceKey,
  revokeServiceKey,
  SERVICE_KEY_BITS,
  ServiceKeyEntity,
  serviceKeyOf,
  type ServiceScope,
} from '@app/service-keys';
import { DataSource } from 'typeorm';
import { OperatorError } from './operator-error.js';

export interface ServiceKeyRequest {
  name: string;
  scopes: ServiceScope[];
  lifeSeconds: number;
}

/** `key`: shown this once. */
export interface CreatedServiceKey extends Omit<ServiceKeyRequest, 'lifeSeconds'> {
  id: string;
  key: string;
  expiresAt: Date;
}

/** What an operator does with the keys of services behind this one. Every change is one statement with its audit row. */
@Injectable()
export class ServiceKeysService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
  ) {}

  async create(call: RequestContext, request: ServiceKeyRequest): Promise<CreatedServiceKey> {
    const { name, scopes, lifeSeconds } = request;
    const key = serviceKeyOf(randomToken(SERVICE_KEY_BITS));
    const created = { id: call.nextId(), name, scopes, expiresAt: plusSeconds(call.now, lifeSeconds) };
    const made = insertServiceKey({ ...created, keyHash: digest(key) }, call.now);
    if (!(await this.changed(call, `service_key.create ${name}`, 'done', made)))
      throw new OperatorError(`There is a key named ${name} already: keys service revoke ${name} ends it.`);
    return { ...created, key };
  }

  /** Takes back a key that nobody was told of; its record says so. */
  async undoCreate(call: RequestContext, { id, name }: CreatedServiceKey): Promise<void> {
    await this.changed(call, `service_key.create ${name}`, 'undone', dropServiceKey(id));
  }

  /** All of them, also those that are good no longer, the newest first. */
  list(): Promise<ServiceKeyEntity[]> {
    return this.dataSource.getRepository(ServiceKeyEntity).find({ order: { id: 'DESC' } });
  }

  /** Ends the key of this name or id at once; answers its name. */
  async revoke(call: RequestContext, named: string): Promise<string> {
    const key = await this.changed(
      call,
      `service_key.revoke ${named}`,
      'done',
      revokeServiceKey(named, call.now),
    );
    if (!key) throw new OperatorError(`No key that is not revoked has the name or id ${named}.`, 'not_found');
    return key.name;
  }

  private changed<Row extends object>(
    call: RequestContext,
    event: AuditEvent,
    outcome: string,
    changed: Part<Row>,
  ): Promise<Row | undefined> {
    const verdict = part<Recorded>(
      'verdict',
      sql`
      SELECT ${outcome}::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id,
        NULL::bigint AS attempt_id FROM ${changed}`,
    );
    return this.database.row(statement(changed, audit(call, event, verdict)));
  }
}

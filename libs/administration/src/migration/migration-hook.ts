import { Injectable, Logger } from '@nestjs/common';
import { Newcomers, type IncomingPerson, type Newcomer } from '@app/accounts';
import { Config } from '@app/config';
import { post, signWebhook } from '@app/delivery';
import { Clock, Ids, type Identifier, type RequestContext } from '@app/kernel';
import { Importer } from '../import/importer.js';
import { PersonReader } from '../import/person-reader.js';
import { PersonRefused } from '../import/person-refused.js';
import { Circuit } from './circuit.js';

const PATIENCE_MS = 2000;

/**
 * Asks `MIGRATION_URL` for the person of a name, signed like every webhook. It answers 200 with a line of an import, or 404. The password is
 * never told: it is checked here, against the verifier of the answer, and nobody is taken over for whom it is wrong.
 */
@Injectable()
export class MigrationHook extends Newcomers {
  private readonly logger = new Logger(MigrationHook.name);
  private readonly circuit = new Circuit();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly reader: PersonReader,
    private readonly importer: Importer,
  ) {
    super();
  }

  async ask(login: Identifier, now: Date): Promise<Newcomer | undefined> {
    if (this.circuit.isOpen) return undefined;
    try {
      const person = this.personOf(await this.answer(login), login, now);
      this.circuit.succeeded();
      return person && this.newcomerOf(person, now);
    } catch (error) {
      this.circuit.failed();
      // What the driver says names the address, and never the person.
      this.logger.warn(`the migration hook was not to be asked: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** Undefined: it knows nobody by that name. */
  private async answer({ kind, value }: Identifier): Promise<unknown> {
    const { url, secrets } = this.config.migration as NonNullable<Config['migration']>;
    const body = JSON.stringify({ type: 'person.find', data: { kind, name: value } });
    const signed = signWebhook(secrets, this.ids.next(), this.clock.now(), body);
    const headers = { 'Content-Type': 'application/json', ...signed };
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const { status, json } = await post(url, { headers, body }, { limit, reads: true });
    if (status === 404 || status === 204) return undefined;
    if (status === 200 && json !== undefined) return json;
    throw new Error(`HTTP ${status}${status === 200 ? ' without JSON' : ''}`);
  }

  /** An answer that cannot be taken is nobody: the sign-in is refused like any other. */
  private personOf(answer: unknown, login: Identifier, now: Date): IncomingPerson | undefined {
    if (answer === undefined) return undefined;
    try {
      const person = this.reader.read(answer, 0, { now, nextId: () => this.ids.next() });
      if (person[login.kind] === login.value) return person;
      this.logger.warn('the migration hook answered with somebody of another name');
    } catch (error) {
      if (!(error instanceof PersonRefused)) throw error;
      this.logger.warn(`the migration hook answered with nobody who can be taken over: ${error.message}`);
    }
    return undefined;
  }

  private newcomerOf(person: IncomingPerson, now: Date): Newcomer | undefined {
    const { password_hash: verifiers } = person;
    if (verifiers === null) return undefined;
    return { verifiers, bring: () => this.importer.bringOne(this.callAt(now), person) };
  }

  private callAt(now: Date): RequestContext {
    const client = {
      address: 'local',
      network: 'local',
      userAgent: 'migration hook',
      requestId: this.ids.next(),
    };
    const streams = this.config.events !== undefined;
    return { protocol: 'migration', client, now, nextId: () => this.ids.next(), streams };
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  return (cause as { code?: string } | undefined)?.code ?? (name === 'Error' ? message : name);
}

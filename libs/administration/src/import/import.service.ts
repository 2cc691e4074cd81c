import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { IncomingPerson } from '@app/accounts';
import { Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import { Batch } from './batch.js';
import { PeopleFile } from './files/people-file.js';
import type { Entry } from './files/entry.js';
import type { FormatContext } from './formats/format.js';
import { FORMATS } from './formats/index.js';
import { ImportCheck, type ImportCounts } from './import-check.js';
import { readAuth0Hashes, readHashParameters, type ImportOptions } from './import-options.js';
import type { Finding } from './import-progress.js';
import { Importer } from './importer.js';
import { PersonReader } from './person-reader.js';
import { PersonRefused } from './person-refused.js';

/** How far it is: `share` of the file, from 0 to 1. */
export type Watch = (share: number, counts: ImportCounts) => void;

export interface Imported extends ImportCounts {
  id: string;
  /** The line at which it went on; 0 when it was begun. */
  resumedAt: number;
}

/** Files of people, into accounts. */
@Injectable()
export class ImportService {
  constructor(
    private readonly importer: Importer,
    private readonly reader: PersonReader,
    private readonly config: Config,
  ) {}

  /** What would come of the file; nothing is changed. `found` is told of each line of which nobody would be made. */
  async check(
    call: RequestContext,
    options: ImportOptions,
    watch: Watch,
    found: (finding: Finding) => Promise<void>,
  ): Promise<ImportCounts> {
    const { bytes } = await fileOf(options).digest();
    const check = new ImportCheck();
    for await (const { batch, read } of this.batches(call, options, 0)) {
      for (const finding of check.judge(batch, await this.importer.look(batch))) await found(finding);
      watch(read / bytes, check.counts);
    }
    return check.counts;
  }

  /** Brings the people of the file along, from where the import of the same file was broken off. */
  async import(call: RequestContext, options: ImportOptions, watch: Watch): Promise<Imported> {
    const { digest, bytes } = await fileOf(options).digest();
    const begun = await this.importer.begin(call, digestOf(digest, options));
    // While the database has one batch, the next one is read.
    let going = Promise.resolve(begun);
    for await (const { batch, read } of this.batches(call, options, begun.line)) {
      watch(read / bytes, await going);
      going = this.importer.bring(call, begun.id, batch);
      going.catch(() => undefined);
    }
    await going;
    return { ...(await this.importer.finish(call, begun.id)), resumedAt: begun.line };
  }

  findings(importId: string): AsyncIterable<Finding> {
    return this.importer.findings(importId);
  }

  private async *batches(
    call: RequestContext,
    options: ImportOptions,
    after: number,
  ): AsyncIterable<{ batch: Batch; read: number }> {
    const context = await this.contextOf(call, options);
    let read = 0;
    let batch = new Batch(after);
    for await (const entry of fileOf(options).entries((bytes) => (read = bytes))) {
      if (entry.line <= after) continue;
      const person = this.personOf(call, entry, options, context);
      if (typeof person === 'string') batch.refuse(entry.line, person);
      else if (!batch.add(person, entry.size)) {
        yield { batch, read };
        batch = new Batch(batch.line);
        batch.add(person, entry.size);
      }
      if (!batch.isFull) continue;
      yield { batch, read };
      batch = new Batch(batch.line);
    }
    if (batch.line > batch.after) yield { batch, read };
  }

  /** The person of an entry, or why there is none. */
  private personOf(
    call: RequestContext,
    entry: Entry,
    { format }: ImportOptions,
    context: FormatContext,
  ): IncomingPerson | string {
    if ('fault' in entry) return entry.fault;
    try {
      return this.reader.read(FORMATS[format].person(entry.value, context), entry.line, call);
    } catch (error) {
      if (error instanceof PersonRefused) return error.message;
      throw error;
    }
  }

  private async contextOf({ now }: RequestContext, options: ImportOptions): Promise<FormatContext> {
    const { leftOut, hashConfig, hashes } = options;
    const { providers } = this.config.identityProviders;
    return {
      now,
      leftOut,
      providerOf: (given) =>
        providers.find(({ name, issuer }) => name.toLowerCase() === given.toLowerCase() || issuer === given),
      hashParameters: hashConfig === undefined ? undefined : await readHashParameters(hashConfig),
      passwordHashOf: hashes === undefined ? undefined : await readAuth0Hashes(hashes),
    };
  }
}

const fileOf = ({ path, format }: ImportOptions) => new PeopleFile(path, FORMATS[format].isDocument);

/** The same bytes read otherwise are another import. */
function digestOf(file: string, { format, leftOut }: ImportOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([file, format, leftOut]))
    .digest('hex');
}

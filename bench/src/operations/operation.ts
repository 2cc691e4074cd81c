import type { Contender, ContenderName } from '../contenders/contender.js';
import type { BenchRequest } from '../load/load.js';
import type { BenchDatabase } from '../processes/bench-database.js';
import type { MailSink } from '../processes/mail-sink.js';

/** What an operation is prepared with: the product, running on an empty database that it has migrated. */
export interface Setting {
  service: Contender;
  database: BenchDatabase;
  sink: MailSink;
  /** How many requests to prepare, each of which does the real thing once. */
  count: number;
}

/** Something that a service is asked for, the same for all who take part. */
export interface Operation {
  /** For `--only`, and in the results. */
  name: string;
  title: string;
  /** Who takes part beside the product. */
  others: Exclude<ContenderName, 'countersign'>[];
  /** The one that it is a ratio of. */
  base: ContenderName;
  /** A request can be sent any number of times, with the same success. */
  repeats: boolean;
  /** Each answer leaves a mail behind. */
  mails: boolean;
  /** The share of the greatest number of requests that is prepared; what takes milliseconds needs fewer. Default 1. */
  share?: number;
  prepare(setting: Setting): Promise<BenchRequest[]>;
}

import type { Contender } from '../contenders/contender.js';
import { perSecond, send, type BenchRequest } from '../load/load.js';
import type { BenchProcess } from '../processes/bench-process.js';
import type { MailSink } from '../processes/mail-sink.js';
import type { BenchPostgres } from '../processes/postgres.js';
import type { Operation } from './operation.js';

export const CONNECTIONS = 32;

/** One round of one contender. CPU in milliseconds a request, of everything it took until its mails were out as well. */
export interface Round {
  perSecond: number;
  p50: number;
  p99: number;
  processCpu: number;
  /** Absent where the system does not tell. */
  postgresCpu?: number;
  rss: number;
}

export interface Instruments {
  postgres: BenchPostgres;
  generator: BenchProcess;
  sink: MailSink;
}

/** Sets the contender's database back and measures it under as much load as it takes. */
export async function measure(
  { postgres, generator, sink }: Instruments,
  contender: Contender,
  operation: Operation,
  requests: BenchRequest[],
  seconds: number,
): Promise<Round> {
  await contender.database?.restore();
  await sink.forget();
  const [before, postgresBefore] = [await contender.program.usage(), postgres.cpu()];
  const { url } = contender;
  const measured = await send(generator, {
    url,
    requests,
    connections: CONNECTIONS,
    seconds,
    repeats: operation.repeats,
  });
  if (operation.mails && contender.name === 'countersign') await sink.has(measured.answered);
  const [after, postgresAfter] = [await contender.program.usage(), postgres.cpu()];
  const each = (microseconds: number) => microseconds / 1000 / measured.answered;
  return {
    perSecond: perSecond(measured),
    p50: measured.p50,
    p99: measured.p99,
    processCpu: each(after.cpu - before.cpu),
    ...(postgresBefore !== undefined &&
      postgresAfter !== undefined && { postgresCpu: each(postgresAfter - postgresBefore) }),
    rss: after.rss,
  };
}

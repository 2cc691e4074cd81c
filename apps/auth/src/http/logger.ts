import type { LoggerService } from '@nestjs/common';
import type { Config } from '@app/config';
import { pino, stdSerializers, type Level, type Logger, type LoggerOptions } from 'pino';

/** JSON lines in production, readable ones in development. */
export function createLogger({ log }: Config): Logger {
  const options: LoggerOptions = {
    level: log.level,
    serializers: { err: withoutValues },
    redact: ['*.password', '*.code', '*.hash', '*.token', '*.secret'],
  };
  return log.pretty ? pino({ ...options, transport: READABLE }) : pino(options, lines());
}

const READABLE = { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } };

/** Lines that come while others are written go out together with the next write; at the end of the process all are out. */
const lines = () => (destination ??= pino.destination({ sync: false }));
/** One for all loggers of the process: two would write into each other's lines where a pipe is full. */
let destination: ReturnType<typeof pino.destination> | undefined;

/** An error of the database's driver, or of TypeORM around it. */
interface DriverError extends Error {
  code?: string;
  constraint?: string;
}

function isDriverError(error: Error): error is DriverError {
  return 'driverError' in error || 'severity' in error;
}

/** Such errors hold values of their statement, in message, detail and parameters: of those only what it was gets out. */
function sentenceOf(error: Error): string {
  return isDriverError(error) ? `${error.name}: SQLSTATE ${error.code ?? 'unknown'}` : error.message;
}

function withoutValues(error: Error): object {
  if (!isDriverError(error)) return stdSerializers.err(error);
  return { type: error.name, message: sentenceOf(error), constraint: error.constraint };
}

/** Nest's account of how it puts the application together would bury what a person wants to see at the start. */
const FRAMEWORK = ['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication'];

/** Nest's own log lines, through the same logger. */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log = (message: unknown, ...rest: unknown[]) =>
    this.write(FRAMEWORK.includes(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]) => this.write('fatal', message, rest);

  /** Nest passes the context last, and for errors a stack before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    if (message instanceof Error) this.logger[level]({ context, err: message }, sentenceOf(message));
    else this.logger[level]({ context, ...(stack !== undefined && { stack }) }, String(message));
  }
}

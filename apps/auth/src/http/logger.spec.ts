import { readConfig } from '@app/config';
import { QueryFailedError } from 'typeorm';
import { createLogger, PinoLoggerService } from './logger.js';

const SECRETS = ['argon2-verifier', 'who@example.com', '$argon2id$v=19$'];

describe('the log', () => {
  const lines: string[] = [];
  let service: PinoLoggerService;

  beforeAll(() => {
    const logger = createLogger(readConfig({ NODE_ENV: 'test', LOG_LEVEL: 'info' }));
    // The lines of a logger go to a descriptor of its own: these are caught.
    const stream = Object.getOwnPropertySymbols(logger).find(
      (symbol) => symbol.description === 'pino.stream',
    );
    Object.assign(logger, { [stream as symbol]: { write: (text: string) => lines.push(text) } });
    service = new PinoLoggerService(logger);
  });
  beforeEach(() => (lines.length = 0));

  const refusal = Object.assign(new Error(`invalid input syntax for type bigint: "${SECRETS[0]}"`), {
    severity: 'ERROR',
    code: '22P02',
    detail: `Failing row contains (1, ${SECRETS[1]}, ${SECRETS[2]}).`,
    where: `unnamed portal parameter $1 = '${SECRETS[0]}'`,
  });

  it.each([
    ['the driver', refusal],
    ['TypeORM', new QueryFailedError('SELECT $1', SECRETS, refusal)],
  ])('says of an error of %s what it was, and none of its values', (_whose, error) => {
    service.error(error);
    const told = lines.join('');
    expect(told).toContain('SQLSTATE 22P02');
    for (const secret of SECRETS) expect(told).not.toContain(secret);
  });

  it('says of any other error what it says of itself, and where it was', () => {
    service.error(new Error('the sky is falling'));
    expect(lines.join('')).toContain('the sky is falling');
    expect(lines.join('')).toContain('logger.spec');
  });
});

import { BadGatewayException, Logger } from '@nestjs/common';
import { sql } from '@app/database';
import { ServerKeys } from '@app/server-keys';
import { MetricsService } from '../../apps/auth/src/metrics/metrics.service.js';
import { TestApp } from '../support/test-app.js';

describe('a failure on the service’s own pages', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const ready = async () => {
    const response = await fetch(`${app.url}/health/ready`);
    return { status: response.status, body: await response.json() };
  };

  it('that a library throws with its status is passed on, and logged with where it was', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const failure = new BadGatewayException('the registry is broken');
    jest.spyOn(app.nest.get(MetricsService), 'text').mockRejectedValueOnce(failure);
    const response = await fetch(`${app.url}/metrics`);
    expect(response.status).toBe(502);
    expect(logged.mock.calls).toEqual([[failure, expect.stringContaining('readiness.spec')]]);
  });

  it('a replica is not ready while its ring lacks the key that makes, says which, and is when it may make again', async () => {
    const keys = app.nest.get(ServerKeys);
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const now = app.clock.now();
    await app.rows(
      sql`INSERT INTO server_keys (key_id, proof, added_at, makes_since)
        VALUES ('t2', 'proof', ${now}::timestamptz, ${now}::timestamptz + interval '1 second')`,
    );
    await app.rows(
      sql`INSERT INTO replicas (id, host, key_ids, started_at, seen_at)
        VALUES (1, 'other', '{t2}', ${now}::timestamptz, ${now}::timestamptz)`,
    );
    await keys.beat();
    const message = 'COUNTERSIGN_KEYS lacks t2, the key that makes';
    expect(await ready()).toMatchObject({
      status: 503,
      body: { details: { database: { status: 'up' }, keys: { status: 'down', message } } },
    });
    expect(warned).toHaveBeenCalledWith(expect.stringContaining(message));

    await app.rows(sql`DELETE FROM replicas WHERE id = 1`);
    await keys.beat();
    expect(await ready()).toMatchObject({ status: 200, body: { details: { keys: { status: 'up' } } } });
  });
});

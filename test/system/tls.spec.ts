import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@app/config';
import { Database, DatabaseModule, sql, startEmbeddedPostgres, type EmbeddedPostgres } from '@app/database';
import { Clock } from '@app/kernel';
import { Test } from '@nestjs/testing';
import { migrateDatabase } from '../../apps/auth/src/boot/open-database.js';
import { serverUser } from '../../libs/database/src/embedded-postgres/server-user.js';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';

const DAYS = ['-days', '2'];

/** A private certificate authority, and what it has signed. */
class Authority {
  constructor(
    private readonly folder: string,
    readonly name: string,
  ) {
    const subject = ['-subj', `/CN=${name}`];
    this.openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      ...DAYS,
      ...subject,
      '-keyout',
      this.key(name),
      '-out',
      this.certificate(name),
    );
  }

  key = (of: string) => join(this.folder, `${this.name}-${of}.key`);
  certificate = (of: string) => join(this.folder, `${this.name}-${of}.crt`);

  /** A certificate of this common name and address. */
  sign(commonName: string, address: string): void {
    const [request, extensions] = ['csr', 'ext'].map((kind) =>
      join(this.folder, `${commonName}.${kind}`),
    ) as [string, string];
    writeFileSync(extensions, `subjectAltName=IP:${address}`);
    this.openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${commonName}`,
      '-keyout',
      this.key(commonName),
      '-out',
      request,
    );
    this.openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.certificate(this.name),
      '-CAkey',
      this.key(this.name),
      '-CAcreateserial',
      ...DAYS,
      '-extfile',
      extensions,
      '-out',
      this.certificate(commonName),
    );
  }

  private openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: 'ignore' });
  }
}

describe('a database behind TLS', () => {
  let folder: string;
  let ours: Authority;
  let foreign: Authority;
  const servers: EmbeddedPostgres[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'));
    chmodSync(folder, 0o755);
    ours = new Authority(folder, 'ours');
    foreign = new Authority(folder, 'foreign');
    ours.sign('server', '127.0.0.1');
    ours.sign('elsewhere', '192.0.2.1');
    ours.sign('countersign', '127.0.0.1');
    foreign.sign('stranger', '127.0.0.1');
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  /** `hba`: who may come in, and how; `certificate`: what the server shows. */
  async function start(hba: string, certificate = 'server'): Promise<URL> {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    const hbaFile = join(dataDir, 'hba.conf');
    writeFileSync(hbaFile, `${hba}\n`);
    const user = serverUser(join(folder, 'absent'));
    for (const file of [ours.key(certificate), hbaFile, dataDir]) {
      if (user) chownSync(file, user.uid, user.gid);
      chmodSync(file, file === dataDir ? 0o755 : 0o600);
    }
    const server = await startEmbeddedPostgres({
      dataDir,
      settings: {
        fsync: 'off',
        ssl: 'on',
        ssl_cert_file: ours.certificate(certificate),
        ssl_key_file: ours.key(certificate),
        ssl_ca_file: ours.certificate('ours'),
        hba_file: hbaFile,
      },
    });
    servers.push(server);
    return new URL(server.url);
  }

  const withParameters = (url: URL, parameters: Record<string, string>) => {
    const changed = new URL(url);
    for (const [name, value] of Object.entries(parameters)) changed.searchParams.set(name, value);
    return changed.href;
  };
  /** Whether the service's own connections are encrypted; or why it cannot start. */
  async function started(url: string): Promise<boolean | string> {
    try {
      await migrateDatabase(url, readConfig({}), () => undefined);
    } catch (error) {
      return (error as Error).message;
    }
    const module = await Test.createTestingModule({
      imports: [DatabaseModule.forRoot(() => dataSourceOptions(url, 2))],
      providers: [{ provide: Clock, useValue: new TestClock() }],
    })
      .useMocker((token) => (token === Clock ? new TestClock() : undefined))
      .compile();
    const row = await module
      .get(Database)
      .row<{ ssl: boolean }>(sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`);
    await module.close();
    return row?.ssl ?? false;
  }

  it('is reached encrypted, and checked, where sslmode says so', async () => {
    const url = await start('host all all all scram-sha-256');
    const [right, wrong] = [ours, foreign].map(({ name }) =>
      (name === 'ours' ? ours : foreign).certificate(name),
    );
    expect(await started(withParameters(url, { sslmode: 'verify-full', sslrootcert: right ?? '' }))).toBe(
      true,
    );
    expect(await started(withParameters(url, { sslmode: 'disable' }))).toBe(false);
    expect(await started(withParameters(url, { sslmode: 'verify-full', sslrootcert: wrong ?? '' }))).toMatch(
      /cannot be used: .*(?:certificate|self.signed)/i,
    );
    expect(await started(withParameters(url, { sslmode: 'verify-full' }))).toMatch(
      /cannot be used: .*certificate/i,
    );
  });

  it('is refused where its certificate is of another machine', async () => {
    const url = await start('host all all all scram-sha-256', 'elsewhere');
    const parameters = { sslmode: 'verify-full', sslrootcert: ours.certificate('ours') };
    expect(await started(withParameters(url, parameters))).toMatch(/cannot be used: .*(?:IP|Host)/);
  });

  it('may ask for a certificate of the service', async () => {
    const url = await start('hostssl all all all scram-sha-256 clientcert=verify-full');
    const checked = { sslmode: 'verify-full', sslrootcert: ours.certificate('ours') };
    expect(await started(withParameters(url, checked))).toMatch(/cannot be used: .*certificate/i);
    const own = { ...checked, sslcert: ours.certificate('countersign'), sslkey: ours.key('countersign') };
    expect(await started(withParameters(url, own))).toBe(true);
    const others = { ...checked, sslcert: foreign.certificate('stranger'), sslkey: foreign.key('stranger') };
    expect(await started(withParameters(url, others))).toMatch(/cannot be used: /);
  });
});

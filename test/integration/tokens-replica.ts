import { createPublicKey, verify } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig } from '@app/config';
import { Database, DatabaseModule, statement } from '@app/database';
import { Clock } from '@app/kernel';
import { AccessTokens, KeyRotation, SigningKeys, TokensModule, type Rotation } from '@app/tokens';
import { dataSourceOptions } from '../../ormconfig.js';
import type { TestClock } from '../support/test-clock.js';

export const ISSUER = 'https://auth.example.com';
export const SERVER_KEY = `s1:${Buffer.alloc(32, 1).toString('base64')}`;

/** One process of the service as far as its tokens go: a pool, a memory and a key ring of its own. */
export class TokensReplica {
  private constructor(
    private readonly nest: INestApplicationContext,
    private readonly clock: TestClock,
  ) {}

  static async start(
    url: string,
    clock: TestClock,
    environment: Record<string, string> = {},
  ): Promise<TokensReplica> {
    const config = readConfig({
      NODE_ENV: 'test',
      PUBLIC_URL: ISSUER,
      COUNTERSIGN_KEYS: SERVER_KEY,
      ...environment,
    });
    const nest = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(() => dataSourceOptions(url, 2)),
        TokensModule,
      ],
    })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    nest.useLogger(false);
    return new TokensReplica(await nest.init(), clock);
  }

  get keys(): SigningKeys {
    return this.nest.get(SigningKeys);
  }

  get database(): Database {
    return this.nest.get(Database);
  }

  sign(claims: Record<string, unknown> = {}, lifeSeconds?: number): Promise<string> {
    const { sub, sid, scopes, amr } = CLAIMS;
    return this.nest
      .get(AccessTokens)
      .sign({ sub, sid, scopes, amr, ...claims }, this.clock.now(), lifeSeconds);
  }

  verify(token: string): ReturnType<AccessTokens['verify']> {
    return this.nest.get(AccessTokens).verify(token, this.clock.now());
  }

  async accepts(token: string): Promise<boolean> {
    return (await this.verify(token)) !== undefined;
  }

  /** What the operator's command does; undefined when nothing was rotated. */
  async rotate(options?: { compromised: boolean }): Promise<Rotation | undefined> {
    const rotation = await this.nest.get(KeyRotation).prepare(this.clock.now(), options);
    const row = await this.database.row(statement(rotation.parts.installed, rotation.parts));
    return row && rotation;
  }

  /** The ids of the published keys. */
  async published(): Promise<string[]> {
    return (await this.keys.published(this.clock.now())).map(({ kid }) => kid);
  }

  stop(): Promise<void> {
    return this.nest.close();
  }
}

export const CLAIMS = {
  sub: 'b7c1d0f2',
  sid: '164029518295040001',
  scopes: ['account:read'],
  amr: ['pwd', 'otp'],
};

/** A part of a token, read without any library. */
export function partOf(token: string, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
}

/** RFC 7515, appendix A.3: ECDSA P-256 SHA-256 over `header.payload`, the signature being R and S side by side. */
export function verifiesWith(jwk: object, token: string): boolean {
  const [header, payload, signature = ''] = token.split('.');
  const key = createPublicKey({ format: 'jwk', key: { ...jwk } });
  const bytes = Buffer.from(signature, 'base64url');
  return verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}

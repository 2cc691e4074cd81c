import { Injectable } from '@nestjs/common';
import { AttemptsRepository, isAllowed } from '@app/attempts';
import { Database, sql } from '@app/database';
import { AuthError, type Call } from '@app/kernel';

const TOKEN = /^[\w-]{20,128}$/;

interface Link {
  status: string;
  expires_at: Date;
}

/** Where a mailed link leads. */
@Injectable()
export class LinkService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
  ) {}

  /** The page that asks its reader to confirm, for a link that can still be used. */
  async pageOf({ now }: Call, token: unknown): Promise<string> {
    if (typeof token !== 'string' || !TOKEN.test(token)) throw new AuthError('link_unknown');
    const link = await this.database.row<Link>(sql`
      SELECT a.status, a.expires_at FROM attempts a WHERE ${this.attempts.link(token)} AND a.purpose = 'sign_in' AND ${isAllowed('a')}`);
    if (link?.status === 'open' && link.expires_at > now) return `/magic-link?token=${token}`;
    throw new AuthError(link && ['open', 'expired'].includes(link.status) ? 'link_expired' : 'link_unknown');
  }
}

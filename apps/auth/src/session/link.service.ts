import { Injectable } from '@nestjs/common';
import { AttemptsRepository } from '@app/attempts';
import { basePathOf, Config } from '@app/config';
import { Database, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { recordRefusal } from '@app/sign-in';

const TOKEN = /^[\w-]{20,128}$/;

/** Where a mailed link leads. */
@Injectable()
export class LinkService {
  private readonly basePath: string;

  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    config: Config,
  ) {
    this.basePath = basePathOf(config);
  }

  /** The page that asks its reader to confirm, for a link that can still be used. */
  async pageOf(call: RequestContext, token: unknown): Promise<string> {
    if (typeof token !== 'string' || !TOKEN.test(token)) return this.refuse(call);
    const link = await this.database.row(statement(this.attempts.linkState(call, ['sign_in'], token)));
    if (link?.state === 'open') return `${this.basePath}/magic-link?token=${token}`;
    return this.refuse(call, link);
  }

  private refuse(call: RequestContext, link?: { state: string; account_id: string | null }): Promise<never> {
    const subject = { outcome: link?.state ?? 'absent', accountId: link?.account_id ?? null };
    const error = new AuthError(link?.state === 'expired' ? 'link_expired' : 'link_unknown');
    return recordRefusal(this.database, call, 'magic_link.redeem', subject)(error);
  }
}

import { Injectable } from '@nestjs/common';
import {
  ExternalIdentityEntity,
  isLinkedElsewhere,
  linkIdentity,
  ofAccount,
  unlinkIdentity,
  type AccountEntity,
  type OfAccount,
} from '@app/accounts';
import { Config } from '@app/config';
import { Database, part, sql } from '@app/database';
import { OwnerNotices } from '@app/sign-in';
import type { RequestContext } from '@app/kernel';
import { DataSource } from 'typeorm';
import { OperatorError } from './operator-error.js';
import { recorded } from './recorded.js';

/** By which identity providers an account is opened. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly config: Config,
    private readonly notices: OwnerNotices,
  ) {}

  async of(accountId: string): Promise<ExternalIdentityEntity[]> {
    return this.dataSource.getRepository(ExternalIdentityEntity).findBy({ accountId });
  }

  /** `subject`: whom the provider means, its claim `sub`. */
  async link(call: RequestContext, { id }: AccountEntity, provider: string, subject: string): Promise<void> {
    const { name, issuer } = this.configured(provider);
    const identity = { provider: name, issuer, subject };
    const linked = linkIdentity(call, identity, ofAccount(id));
    const news = part<OfAccount>('news', sql`SELECT account_id FROM ${linked} WHERE is_new`);
    const told = this.notices.tell(call, news, { template: 'identity_linked', facts: { provider: name } });
    await this.database.row(recorded(call, 'account.link', linked, ...told)).catch(refuseSecond);
  }

  /** Whoever has the identity gets in no more, unless the provider links it again by the address. */
  async unlink(call: RequestContext, { id }: AccountEntity, provider: string): Promise<void> {
    const unlinked = await this.database.row(recorded(call, 'account.unlink', unlinkIdentity(id, provider)));
    if (!unlinked) throw new OperatorError('The account has no identity of this provider.', 'not_found');
  }

  private configured(provider: string) {
    const { providers } = this.config.identityProviders;
    const found = providers.find(({ name }) => name.toLowerCase() === provider.toLowerCase());
    if (!found) throw new OperatorError('OIDC_PROVIDERS names no such provider.', 'not_found');
    return found;
  }
}

function refuseSecond(error: unknown): never {
  if (!isLinkedElsewhere(error)) throw error;
  throw new OperatorError(
    'The account is linked to another identity of this provider, or the identity to another account: unlink that first.',
  );
}

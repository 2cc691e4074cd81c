import { Injectable } from '@nestjs/common';
import type { SecondFactor } from '@app/accounts';
import {
  AccountsService,
  fields,
  unspoken,
  type AccountRequest,
  type ChangedSecondFactor,
  type CreatedAccount,
} from '@app/administration';
import { AuthError, type RequestContext } from '@app/kernel';
import { Speeches } from '@app/pages';
import { AdminAccountsService } from './admin-accounts.service.js';

/** As it is asked for; each field has passed the rule of its name. */
export interface WantedAccount extends Partial<Omit<AccountRequest, 'password'>> {
  password?: string;
  passwordHash?: string;
}

/** Accounts that programs make, and by what they are opened. */
@Injectable()
export class AdminCredentialsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly found: AdminAccountsService,
    private readonly speeches: Speeches,
  ) {}

  async create(call: RequestContext, wanted: WantedAccount): Promise<CreatedAccount> {
    const { email, username, phone, orgId, tenantId, language, secondFactor } = wanted;
    if (![email, username, phone].some(Boolean)) throw new AuthError('identifier_missing');
    this.requireSpoken(language);
    return this.accounts.create(call, {
      email: read('email', email),
      username: read('username', username),
      phone: read('phone', phone),
      orgId: read('reference', orgId),
      tenantId: read('reference', tenantId),
      language: read('language', language),
      secondFactor: secondFactor ?? 'none',
      password: passwordOf(wanted),
    });
  }

  async changeSecondFactor(
    call: RequestContext,
    reference: string,
    to: SecondFactor,
  ): Promise<ChangedSecondFactor> {
    return this.accounts.changeSecondFactor(call, await this.found.find(reference), to);
  }

  async changePhone(call: RequestContext, reference: string, phone: string | null): Promise<void> {
    await this.accounts.changePhone(call, await this.found.find(reference), phone && fields.phone(phone));
  }

  /** @throws AuthError `invalid_parameters` for a language in which nobody would be written to */
  requireSpoken(language: string | undefined): void {
    const sentence = unspoken(this.speeches, language ?? undefined);
    if (sentence === undefined) return;
    throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'language', error: sentence }] });
  }
}

function passwordOf({ password, passwordHash }: WantedAccount): AccountRequest['password'] {
  if (passwordHash !== undefined) return { verifier: passwordHash };
  if (password !== undefined) return password;
  throw new AuthError('invalid_parameters', {
    parameters: [{ parameter: 'password', error: 'password or passwordHash is needed' }],
  });
}

/** What JSON has as null is not there. */
function read(
  field: 'email' | 'username' | 'phone' | 'reference' | 'language',
  text: string | null | undefined,
) {
  return text === null || text === undefined ? undefined : fields[field](text);
}

import type { AccountRequest, CreatedAccount } from '@app/administration';
import type { SecondFactor } from '@app/accounts';
import { Authenticator } from './authenticator.js';
import type { TestApp } from './test-app.js';

type Wanted = { factor?: SecondFactor } & Partial<Omit<AccountRequest, 'secondFactor'>>;

/** Somebody with an account. `authenticator`: has codes where that is the second factor. */
export interface Person extends CreatedAccount {
  email: string;
  phone: string;
  authenticator: Authenticator;
}

/** Whom a test begins with: nobody of another test. */
export class Given {
  private count = 0;

  constructor(private readonly app: TestApp) {}

  /** An address that no account has. */
  email(): string {
    return `person${(this.count += 1)}@example.com`;
  }

  /** A number that no account has. */
  phone(): string {
    return `+4915112${String(300_000 + (this.count += 1))}`;
  }

  /** Somebody with an account, without a second factor unless one is named. The phone is the account's where texts are the factor. */
  async person({ factor = 'none', email = this.email(), ...more }: Wanted = {}): Promise<Person> {
    const { phone = this.phone() } = more;
    const texts = factor === 'sms' ? { phone } : {};
    const created = await this.app.createAccount({ email, secondFactor: factor, ...texts, ...more });
    return { ...created, email, phone, authenticator: new Authenticator(this.app, created.otpauthUri ?? '') };
  }
}

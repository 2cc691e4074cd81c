import { Injectable } from '@nestjs/common';
import { ClientPasswords, PasswordHasher } from '@app/accounts';
import { Config } from '@app/config';

const remembered = new Map<string, Promise<string>>();

/**
 * What an operator gives as a password, hashed once in a process and at its full cost: hundreds of accounts of the tests have the same
 * one. Checking it is the real thing, and so is each password that the service itself is given.
 */
@Injectable()
export class RememberedPasswords extends PasswordHasher {
  constructor(
    config: Config,
    private readonly clients: ClientPasswords,
  ) {
    super(config, clients);
  }

  override async hashAdmitted(password: string): Promise<string> {
    const { salt } = await this.clients.parameters();
    const name = `${salt} ${password}`;
    const known = remembered.get(name) ?? super.hashAdmitted(password);
    remembered.set(name, known);
    return known;
  }
}

import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '@app/accounts';
import { hash } from '@node-rs/argon2';

/** The least that argon2 takes. A verifier says what it costs, so that checking one of these is the real thing, and cheap. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };

export async function cheapVerifiers(password: string): Promise<string> {
  const verifiers = [await hash(password, CHEAP), await hash(`client-side hash of ${password}`, CHEAP)];
  return verifiers.join(' ');
}

/** New passwords at a cost that thousands of runs can bear. */
@Injectable()
export class CheapPasswords extends PasswordHasher {
  override hashAdmitted(password: string): Promise<string> {
    return cheapVerifiers(password);
  }
}

import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { AuthError } from '@app/kernel';
import { PasswordHasher } from './password-hasher.js';
import { PasswordStrength } from './password-strength.js';

/** A password that its owner chooses: one judgement for all doors. (What an operator gives is the operator's choice.) */
@Injectable()
export class NewPassword {
  /** What the service is known by: its host, and the name its mails come from. */
  private readonly service: string[];

  constructor(
    private readonly strength: PasswordStrength,
    private readonly hasher: PasswordHasher,
    { http, delivery }: Config,
  ) {
    const [sender = ''] = delivery.mailFrom.split('<', 1);
    this.service = [new URL(http.publicUrl).hostname, sender.trim()];
  }

  /**
   * The verifiers of a password that is hard enough to guess. Judged and hashed with one place in the bounded queue; to be
   * called once everything cheaper has been checked, the proof of whoever chooses it included.
   *
   * @param about what the person is known by, which guessers try first; what the service is known by is added
   * @throws AuthError `password_weak` with the reason as the parameter `password`, `busy` when the queue is full
   */
  async hash(password: string, about: (string | null | undefined)[]): Promise<string> {
    const known = [...this.service, ...about.filter((name) => typeof name === 'string')];
    return this.hasher.admit(async () => {
      const error = await this.strength.weaknessOf(password, known);
      if (error) throw new AuthError('password_weak', { parameters: [{ parameter: 'password', error }] });
      return this.hasher.hashAdmitted(password);
    });
  }
}

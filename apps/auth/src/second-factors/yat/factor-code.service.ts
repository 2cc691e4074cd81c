import { Injectable } from '@nestjs/common';
import { recipientOf, withFactor } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Config } from '@app/config';
import { Database, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import { CodeSender, inSession, sentCode, sessionAndAccount } from '@app/sign-in';

/** Sends a code of the second factor to the holder of an access token, whatever the session waits for. */
@Injectable()
export class FactorCodeService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sender: CodeSender,
    private readonly config: Config,
  ) {}

  /**
   * Answers the address it went to. The code that comes with a sign-in does not count among those asked for here.
   *
   * @throws AuthError those of `CodeSender.send`
   */
  async send(call: RequestContext, sessionId: string): Promise<string> {
    const holder = await this.database.row(statement(withFactor(call, sessionOfToken(call, sessionId))));
    if (!holder) throw new AuthError('session_not_found');
    const { second_factor: channel } = holder;
    if (channel !== 'email' && channel !== 'sms') throw new AuthError('address_missing');
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const asking = sessionAndAccount(call, sessionId, 'SHARE');
    return this.sender.send(call, {
      event: 'second_factor.send',
      asking,
      to: recipientOf(channel, asking),
      scope: inSession,
      rule: { purpose: 'second_factor', waitSeconds, hourlyLimit },
      ...sentCode(call, this.attempts, channel, inSession.binding(holder)),
    });
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { PASSWORD_LENGTH } from '@app/accounts';
import { Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { succeed, type WachtEnvelope } from '../../protocols/wacht/wacht-envelope.js';
import { emptyView } from '../../session/browser.js';
import type { BrowserView } from '../../session/browser-view.js';
import { browserOf } from '../../session/in-browser.decorator.js';
import { WachtDeploymentResponse } from '../../session/session-answers.dto.js';
import { AVAILABLE_STRATEGIES } from '../../session/session.dto.js';
import { presentSession } from '../../session/session.presenter.js';
import { wachtLimits } from '../../limits/wacht.limits.js';

const CODE_LENGTH = 6;

@Controller('deployment')
@WachtApi()
@Limits(...wachtLimits)
export class DeploymentController {
  constructor(private readonly config: Config) {}

  /**
   * What a client needs to draw its forms
   *
   * Makes no session: clients ask for this and for their session at the same time, and would get two.
   */
  @Get()
  @Authenticated(browserOf, { optional: true })
  @ApiOkResponse({ type: WachtDeploymentResponse })
  @WachtErrors()
  deployment(
    @Caller() { now }: RequestContext,
    @CurrentSession() session: BrowserView | undefined,
  ): WachtEnvelope<object> {
    const view = session && !session.late ? session : emptyView('', now);
    return succeed(this.settings(), presentSession(view, now));
  }

  private settings(): object {
    const { browserSessions, attempts, sends, signUp, identityProviders } = this.config;
    return {
      mode: browserSessions.staging ? 'staging' : 'production',
      auth_settings: {
        strategies: AVAILABLE_STRATEGIES,
        second_factors: ['email', 'sms', 'totp'],
        email_address: { enabled: true, required: false, verification: ['email_otp', 'magic_link'] },
        phone_number: { enabled: true, required: false, verification: ['phone_otp'] },
        username: { enabled: true, required: false, min_length: 3, max_length: 32 },
        password: {
          enabled: true,
          required: true,
          min_length: PASSWORD_LENGTH.min,
          max_length: PASSWORD_LENGTH.max,
        },
        first_name: { enabled: true, required: false },
        last_name: { enabled: true, required: false },
        required_one_of: ['email', 'phone_number'],
        code_length: CODE_LENGTH,
        code_life_seconds: attempts.sign_in.lifeSeconds,
        magic_link_life_seconds: attempts.magic_link.lifeSeconds,
        attempt_life_seconds: browserSessions.attemptSeconds,
        resend_wait_seconds: sends.waitSeconds,
        discloses_accounts: signUp.disclosesAccounts,
      },
      ui_settings: { app_name: new URL(this.config.http.publicUrl).hostname },
      social_connections: identityProviders.providers.map(({ name }) => ({ provider: name, enabled: true })),
    };
  }
}

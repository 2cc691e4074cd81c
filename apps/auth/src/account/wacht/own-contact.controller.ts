import { Delete, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { WantedContact } from '@app/accounts';
import type { RequestContext } from '@app/kernel';
import { Caller } from '../../protocols/caller.decorator.js';
import { PathId } from '../../protocols/path-id.decorator.js';
import { FORMS, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtDoneResponse } from '../../session/session-answers.dto.js';
import { WachtContactCodeRequest } from './me.dto.js';
import type { OwnContactsService } from './own-contacts.service.js';

const ID = { name: 'id', example: '987654321' };
const DONE = { success: true };

/** What clients do with an address or phone of the account once it is there: alike for both. */
export abstract class OwnContactController {
  protected abstract readonly channel: WantedContact['channel'];
  protected abstract readonly contacts: OwnContactsService;

  /** Send the code that proves it */
  @Post(':id/prepare-verification')
  @HttpCode(200)
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors(
    'invalid_parameters',
    'session_not_found',
    'proof_stale',
    'email_taken',
    'phone_taken',
    'resend_too_soon',
  )
  async prepare(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    await this.contacts.send(call, signIn, this.channel, id);
    return { view, data: DONE };
  }

  /**
   * Prove it by the code
   *
   * It takes the place of the one that the account had, signs in from now on, and the owner is told at both.
   */
  @Post(':id/attempt-verification')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiParam(ID)
  @ApiBody({ type: WachtContactCodeRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors(
    'invalid_parameters',
    'session_not_found',
    'proof_stale',
    'code_wrong',
    'code_expired',
    'guesses_spent',
    'email_taken',
    'phone_taken',
  )
  async attempt(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
    @WachtParameters() { code }: WachtContactCodeRequest,
  ): Promise<BrowserAnswer> {
    await this.contacts.prove(call, signIn, this.channel, { id, code });
    return { view, data: DONE };
  }

  /**
   * Make it the one of the account
   *
   * The one that the account has is that already; one that waits becomes it by its proof.
   */
  @Post(':id/make-primary')
  @HttpCode(200)
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found')
  async makePrimary(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    await this.contacts.makePrimary(call, signIn, this.channel, id);
    return { view, data: DONE };
  }

  /**
   * Remove it
   *
   * What waits is forgotten. The address that the account has stays until another one is proven; its phone is taken away where another name
   * stays and no code of the second factor goes to it, and the owner is told.
   */
  @Post(':id/delete')
  @HttpCode(200)
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale')
  async remove(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    await this.contacts.remove(call, signIn, this.channel, id);
    return { view, data: DONE };
  }

  /** The same, as the older description spells it */
  @Delete(':id')
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale')
  removeByDelete(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    return this.remove(call, browser, signIn, id);
  }
}

import { Controller, Get, Header, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Mailbox, type MailboxMessage } from '@app/delivery';
import { DevMailboxGuard } from './dev-mailbox.guard.js';
import { mailboxPage } from './mailbox-page.js';

// The mail is in a frame of its own that inherits this policy: it may run nothing, load nothing and send nothing.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A query parameter, which Express gives as a list when it is repeated. */
type Parameter = string | string[];

/** Mails and texts of a development service, for people (a page) and for tests (JSON). */
@Controller('dev/mailbox')
@UseGuards(DevMailboxGuard)
@ApiExcludeController()
export class DevMailboxController {
  constructor(private readonly mailbox: Mailbox) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', POLICY)
  @Header('Cache-Control', 'no-store')
  page(@Query('to') to?: Parameter, @Query('message') message?: Parameter): string {
    const address = addressOf(to);
    return mailboxPage(this.mailbox.messages(address), { to: address, message: first(message) });
  }

  /** Newest first; of one recipient, or of all. */
  @Get('messages')
  @Header('Cache-Control', 'no-store')
  messages(@Query('to') to?: Parameter): MailboxMessage[] {
    return this.mailbox.messages(addressOf(to));
  }
}

const first = (value?: Parameter) => [value].flat()[0];

/** No address has a space in it: one is a `+`, of `a+b@example.com` or `+4930…`, that nobody encoded. */
const addressOf = (to?: Parameter) => first(to)?.replaceAll(' ', '+') || undefined;

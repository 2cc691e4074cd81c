import { Controller, createParamDecorator, Get, Post, Res, type ExecutionContext } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isPlainText, type Call } from '@app/kernel';
import { Limits } from '@app/throttle';
import type { Request, Response } from 'express';
import { Caller } from '../protocols/caller.decorator.js';
import { docspace } from '../protocols/docspace/docspace.protocol.js';
import { DocspacePagePresenter } from './docspace-page.presenter.js';
import { DocspacePageService, type PageInput } from './docspace-page.service.js';
import { docspaceLimits } from './docspace.limits.js';

const INPUT_LENGTH = 64;

/** The key in the page's address; empty when there is none. */
const PageKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { key } = context.switchToHttp().getRequest<Request>().query;
  return typeof key === 'string' && /^[\w-]{43}$/.test(key) ? key : '';
});

/** The one field of the form, whatever else came. */
const PageFields = createParamDecorator((_: unknown, context: ExecutionContext): PageInput => {
  const body = (context.switchToHttp().getRequest<Request>().body ?? {}) as Record<string, unknown>;
  const text = (value: unknown) =>
    typeof value === 'string' && value.length <= INPUT_LENGTH && isPlainText(value) ? value : undefined;
  return { code: text(body['code']), phone: text(body['phone']) };
});

/** The pages behind `confirmUrl`. Opening one changes nothing; whoever has the key may try a code, as by the API. */
@Controller('confirm/:type')
@ApiExcludeController()
@Limits(...docspaceLimits)
export class DocspacePageController {
  constructor(
    private readonly pages: DocspacePageService,
    private readonly presenter: DocspacePagePresenter,
  ) {}

  @Get()
  async ask(@Caller() call: Call, @PageKey() key: string, @Res() response: Response): Promise<void> {
    this.presenter.answer(await this.pages.ask(inDocspace(call), key), response);
  }

  @Post()
  async take(
    @Caller() call: Call,
    @PageKey() key: string,
    @PageFields() fields: PageInput,
    @Res() response: Response,
  ): Promise<void> {
    this.presenter.answer(await this.pages.take(inDocspace(call), key, fields), response);
  }
}

const inDocspace = (call: Call): Call => ({ ...call, protocol: docspace.name });

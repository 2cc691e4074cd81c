import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Config } from '@app/config';
import { browserSpeech, sendPage } from '@app/pages';
import type { Request, Response } from 'express';
import { doorPage } from './door-page.js';
import { placesOf } from './places.js';

/** Where everything is, for whoever comes to the address of the service itself. Says nothing of its version, and nothing about anybody. */
@Controller()
@ApiExcludeController()
export class DoorController {
  private readonly places;

  constructor(config: Config) {
    this.places = placesOf(config);
  }

  /** A page for a browser, JSON for everybody else. */
  @Get()
  @Header('Vary', 'Accept, Accept-Language')
  async look(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (request.accepts(['json', 'html']) === 'html')
      sendPage(response, doorPage(this.places, await browserSpeech(request)));
    else response.json({ service: 'countersign', links: this.places });
  }
}

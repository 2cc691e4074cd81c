import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { DeliveryReports } from '@app/delivery';
import { byAddress, Limits } from '@app/throttle';
import type { Response } from 'express';
import type { RawRequest } from '../http/read-body.js';
import { Caller } from '../protocols/caller.decorator.js';

const STATUS = { taken: 204, forged: 401, malformed: 400 };

/** Where providers say what became of messages. Its caller is known by a signature over the bytes, and by nothing else. */
@Controller('delivery/events')
@ApiExcludeController()
@Limits({
  name: 'delivery_events.address',
  limit: (config) => config.limits.deliveryEventsPerMinute,
  windowSeconds: () => 60,
  tracker: byAddress,
})
export class DeliveryEventsController {
  constructor(private readonly reports: DeliveryReports) {}

  @Post()
  async take(
    @Caller() { now }: RequestContext,
    @Req() request: RawRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { headers, rawBody: body = Buffer.alloc(0) } = request;
    const outcome = await this.reports.take({ headers, body }, request.body, now);
    response.status(STATUS[outcome]).end();
  }
}

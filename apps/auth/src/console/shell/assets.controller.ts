import { Controller, Get, Param, Res } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Response } from 'express';
import { ConsoleAssets } from './console-assets.js';
import { ConsoleRoom } from './console-room.decorator.js';

@Controller('console/assets')
@ConsoleRoom()
export class ConsoleAssetsController {
  constructor(private readonly assets: ConsoleAssets) {}

  /** Says nothing about anybody, and its name changes with what it holds: every cache may keep it. */
  @Get(':name')
  read(@Param('name') name: string, @Res() response: Response): void {
    const asset = this.assets.of(name);
    if (!asset) throw new AuthError('path_unknown');
    response
      .set({ 'Content-Type': asset.type, 'Cache-Control': 'public, max-age=31536000, immutable' })
      .send(asset.content);
  }
}

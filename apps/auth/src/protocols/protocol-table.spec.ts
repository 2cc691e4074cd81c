import { Controller, Get, Post, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { plain } from './plain.protocol.js';
import type { Protocol } from './protocol.js';
import { ProtocolTable } from './protocol-table.js';
import { ProtocolsModule } from './protocols.module.js';
import { UseProtocol } from './use-protocol.decorator.js';

const red: Protocol = { ...plain, name: 'red', prefixes: ['/red', '/shared/red'] };
const blue: Protocol = { ...plain, name: 'blue', prefixes: ['/shared'] };

@Controller(['paint', '/dye/'])
@UseProtocol(red)
class RedController {
  @Get('Mixed/')
  mixed(): void {}

  @Post(['one', 'two'])
  several(): void {}

  @Get('shade/:name/depth')
  shade(): void {}

  notRouted(): void {}
}

@Controller('shared')
@UseProtocol(blue)
class BlueController {
  @Get('red/exception')
  exception(): void {}
}

@Controller('paint')
@UseProtocol(blue)
class RivalController {
  @Post('mixed')
  mixed(): void {}
}

@Controller('paint/own')
class PlainController {
  @Get()
  own(): void {}
}

async function tableOf(...controllers: Type[]): Promise<ProtocolTable> {
  const module = await Test.createTestingModule({ imports: [ProtocolsModule], controllers }).compile();
  await module.init();
  return module.get(ProtocolTable);
}

describe('ProtocolTable', () => {
  it.each([
    ['/paint/mixed', 'red'],
    ['/PAINT/MIXED/', 'red'],
    ['/dye/one', 'red'],
    ['/paint/two', 'red'],
    ['/paint/three', 'plain'],
    ['/paint', 'plain'],
    ['/paint/notRouted', 'plain'],
    ['/paint/own', 'plain'],
    ['/paint/shade', 'red'],
    ['/paint/shade/crimson/depth', 'red'],
    ['/paint/shades', 'plain'],
    ['/red', 'red'],
    ['/red/anything', 'red'],
    ['/redder', 'plain'],
    ['/shared/anything', 'blue'],
    ['/shared/red/anything', 'red'],
    ['/shared/red/exception', 'blue'],
    ['', 'plain'],
    ['/', 'plain'],
  ])('knows from the controllers that %p is %s', async (path, name) => {
    const table = await tableOf(RedController, BlueController, PlainController);
    expect(table.of(path).name).toBe(name);
  });

  it('does not let the service start while two protocols claim one path', async () => {
    await expect(tableOf(RedController, RivalController)).rejects.toThrow(
      '/paint/mixed belongs to both red and blue',
    );
  });
});

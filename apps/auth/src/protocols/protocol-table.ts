import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { plain } from './plain.protocol.js';
import type { Protocol } from './protocol.js';
import { Speaks } from './use-protocol.decorator.js';

/** What makes of a segment a parameter. */
const PARAMETER = /[:*{]/;

/**
 * Which protocol a path belongs to, before any controller is known: made at the start from the routes of the controllers,
 * each of which names its protocol by `@UseProtocol`.
 */
@Injectable()
export class ProtocolTable implements OnModuleInit {
  private readonly routes = new Map<string, Protocol>();
  private prefixes: [prefix: string, protocol: Protocol][] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Throws when two protocols claim one path. */
  onModuleInit(): void {
    const prefixes = new Map<string, Protocol>();
    for (const controller of this.discovery.getControllers({ metadataKey: Speaks.KEY })) {
      const protocol = this.discovery.getMetadataByDecorator(Speaks, controller) as Protocol;
      for (const prefix of protocol.prefixes) claim(prefixes, prefix, protocol);
      for (const route of this.routesOf(controller.metatype as Type)) {
        // Where a parameter stands, nobody knows what comes.
        const stem = stemOf(route);
        claim(stem === route ? this.routes : prefixes, stem, protocol);
      }
    }
    this.prefixes = [...prefixes].sort(([one], [other]) => other.length - one.length);
  }

  /**
   * The protocol of a path as it was sent, without query: that of its route, in any letter case and with or without a slash at
   * the end, as Express takes it; else that of the longest prefix it lies below; `plain` for the service's own paths.
   */
  of(path: string): Protocol {
    const sent = path.toLowerCase();
    const route = sent.endsWith('/') ? sent.slice(0, -1) : sent;
    const below = () => this.prefixes.find(([prefix]) => `${route}/`.startsWith(`${prefix}/`))?.[1];
    return this.routes.get(route) ?? below() ?? plain;
  }

  private routesOf(controller: Type): string[] {
    const prototype = controller.prototype as Record<string, object>;
    const handlers = this.scanner.getAllMethodNames(prototype).map((name) => prototype[name] as object);
    return pathsOn(controller).flatMap((base) =>
      handlers.flatMap(pathsOn).map((path) => normal(`${base}/${path}`)),
    );
  }
}

function claim(claimed: Map<string, Protocol>, path: string, protocol: Protocol): void {
  const holder = claimed.get(path) ?? protocol;
  if (holder !== protocol) throw new Error(`${path} belongs to both ${holder.name} and ${protocol.name}`);
  claimed.set(path, protocol);
}

/** What `@Controller` and `@Get` and its like put there; none on a method that is no handler. */
function pathsOn(carrier: object): string[] {
  const paths = Reflect.getMetadata(PATH_METADATA, carrier) as string | string[] | undefined;
  return paths === undefined ? [] : [paths].flat();
}

function normal(path: string): string {
  const segments = path.toLowerCase().split('/');
  return segments.map((segment) => segment && `/${segment}`).join('');
}

/** The segments before the first parameter. */
function stemOf(route: string): string {
  const segments = route.split('/');
  const end = segments.findIndex((segment) => PARAMETER.test(segment));
  return end < 0 ? route : segments.slice(0, end).join('/');
}

import { RequestMethod, type INestApplicationContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { Protocol } from './protocols/protocol.js';
import { Speaks } from './protocols/use-protocol.decorator.js';

interface Route {
  room: string;
  method: string;
  path: string;
  protocol: string;
  handler: string;
  services: string[];
}

const HEAD = `# Routes

Which room of \`apps/auth/src\` a route is in, which controller takes it, and which services that calls. Written by
\`npm run openapi\`.
`;

/** \`docs/routes.md\`: every route with its controller and services, by room. */
export function routesDocument(app: INestApplicationContext): string {
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  const routes = controllers.flatMap(routesOf);
  const rooms = [...new Set(routes.map(({ room }) => room))].sort();
  return [HEAD, ...rooms.map((room) => section(room, routes))].join('\n');
}

function routesOf(controller: InstanceWrapper): Route[] {
  const { name, prototype } = controller.metatype as Type;
  const handlers = prototype as Record<string, object>;
  const protocol = Reflect.getMetadata(Speaks.KEY, controller.metatype as Type) as Protocol | undefined;
  const parameters = Reflect.getMetadata('design:paramtypes', controller.metatype as Type) as
    Type[] | undefined;
  const shared = {
    room: roomOf(controller),
    protocol: protocol?.name ?? 'plain',
  };
  const [, names = ''] = /constructor\(([^)]*)\)/.exec(String(controller.metatype)) ?? [];
  const injected = names
    .split(', ')
    .map((name, index) => ({ name, service: parameters?.[index]?.name ?? '' }));
  const servicesOf = (handler: object) =>
    injected.filter(({ name }) => String(handler).includes(`this.${name}`)).map(({ service }) => service);
  return new MetadataScanner().getAllMethodNames(handlers).flatMap((method) => {
    const handler = handlers[method] as object;
    const what = { ...shared, handler: `${name}.${method}`, services: servicesOf(handler) };
    return pathsOf(controller.metatype as Type, handler).map((route) => ({ ...what, ...route }));
  });
}

function pathsOf(controller: Type, handler: object): Pick<Route, 'method' | 'path'>[] {
  const paths = (carrier: object) =>
    [Reflect.getMetadata(PATH_METADATA, carrier) as string | string[]].flat();
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method === undefined) return [];
  return paths(controller).flatMap((base) =>
    paths(handler).map((path) => ({
      method: RequestMethod[method] as string,
      path: `/${[base, path]
        .flatMap((part) => part.split('/'))
        .filter(Boolean)
        .join('/')}`,
    })),
  );
}

/** A room is a folder and its module. */
function roomOf({ host }: InstanceWrapper): string {
  const name = (host?.name ?? '').replace(/Module$/, '');
  return name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

function section(room: string, all: Route[]): string {
  const routes = all.filter((route) => route.room === room);
  const rows = routes.map(
    ({ method, path, protocol, handler, services }) =>
      `| \`${method} ${path}\` | ${protocol} | \`${handler}\` | ${services.map((name) => `\`${name}\``).join(', ')} |`,
  );
  return [
    `## ${room}\n`,
    '| route | protocol | controller | services |',
    '| --- | --- | --- | --- |',
    ...rows.sort(),
    '',
  ].join('\n');
}

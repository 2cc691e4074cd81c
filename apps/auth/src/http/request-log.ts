import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { pinoHttp, type HttpLogger } from 'pino-http';
import { routeLabel } from './route-label.js';

/**
 * One line for each answered request. It names the route and never the path or the query: both may hold a code, a hash or
 * an address. Headers are not logged at all.
 */
export function requestLog(logger: Logger): HttpLogger<Request, Response> {
  return pinoHttp<Request, Response>({
    logger,
    genReqId: (request) => request.call?.client.requestId ?? '',
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    serializers: { req: () => undefined, res: () => undefined, err: (error) => error },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
    customSuccessObject: (request, response, value: { responseTime: number }) =>
      line(request, response, value.responseTime),
    customErrorObject: (request, response, _error, value: { responseTime: number }) =>
      line(request, response, value.responseTime),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
  });
}

function line(request: Request, response: Response, responseTime: number): object {
  return {
    protocol: request.call?.protocol,
    method: request.method,
    route: routeLabel(request),
    status: response.statusCode,
    ms: Math.round(responseTime),
  };
}

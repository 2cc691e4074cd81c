import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Database, StatementRun } from '@app/database';
import type { HandOver, Outbox } from '@app/delivery';
import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type TextMapGetter,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Handler, Request, Response } from 'express';
import { routeLabel } from '../http/route-label.js';
import type { Tracing } from './tracing.js';

/** Of a caller's headers the one that says which trace it is in: `tracestate` and baggage are texts of strangers. */
const PARENT: TextMapGetter<Request> = {
  keys: () => ['traceparent'],
  get: ({ headers }, key) => (key === 'traceparent' ? headers.traceparent : undefined),
};

/**
 * Spans over OTLP/HTTP, by the conventions of OpenTelemetry: one of a request, named by its route; in it one of each statement, named by
 * who built it; and one of each hand-over. They hold names of the program and numbers, and never a path, a value or an address.
 */
export class OtlpTracing implements Tracing, OnApplicationShutdown {
  private readonly current = new AsyncLocalStorage<Context>();
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;

  constructor(
    { url, serviceName }: { url: string; serviceName: string },
    database: Database,
    outbox: Outbox,
  ) {
    const logger = new Logger('Tracing');
    const warn = (message: string) => logger.warn(message);
    const silent = () => undefined;
    diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN);
    const name = resourceFromAttributes({ 'service.name': serviceName });
    this.provider = new BasicTracerProvider({
      resource: defaultResource()
        .merge(detectResources({ detectors: [envDetector] }))
        .merge(name),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    });
    this.tracer = this.provider.getTracer('countersign');
    database.onStatement((run) => this.statement(run));
    outbox.onHandOver((handOver) => this.handOver(handOver));
  }

  /** What is on its way is sent before the process ends. */
  async onApplicationShutdown(): Promise<void> {
    await this.provider.shutdown().catch(() => undefined);
  }

  readonly observe: Handler = (request, response, next) => {
    const parent = this.propagator.extract(ROOT_CONTEXT, request, PARENT);
    const span = this.tracer.startSpan(request.method, { kind: SpanKind.SERVER }, parent);
    response.once('close', () => endRequest(span, request, response));
    this.current.run(trace.setSpan(parent, span), next);
  };

  private statement({ builder, begunAt, rows, sqlState }: StatementRun): void {
    const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': builder };
    const context = this.current.getStore() ?? ROOT_CONTEXT;
    const options = { kind: SpanKind.CLIENT, startTime: begunAt, attributes };
    const span = this.tracer.startSpan(builder, options, context);
    if (rows !== undefined) span.setAttribute('db.response.returned_rows', rows);
    if (sqlState) span.setAttribute('db.response.status_code', sqlState);
    if (sqlState) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(performance.now());
  }

  private handOver({ channel, provider, template, outcome, tookSeconds }: HandOver): void {
    if (tookSeconds === undefined) return;
    const endedAt = performance.now();
    const attributes = {
      'countersign.channel': channel,
      'countersign.provider': provider ?? 'none',
      'countersign.template': template,
      'countersign.outcome': outcome,
    };
    const startTime = endedAt - tookSeconds * 1000;
    const options = { kind: SpanKind.PRODUCER, startTime, attributes };
    const span = this.tracer.startSpan(`send ${channel}`, options, ROOT_CONTEXT);
    if (outcome !== 'sent') span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endedAt);
  }
}

/** A request that its client gave up has no status of ours. */
function endRequest(span: Span, request: Request, response: Response): void {
  const route = routeLabel(request);
  span.updateName(`${request.method} ${route}`);
  span.setAttributes({
    'http.request.method': request.method,
    'http.route': route,
    'countersign.protocol': request.call?.protocol ?? 'none',
  });
  if (response.writableFinished) span.setAttribute('http.response.status_code', response.statusCode);
  if (response.statusCode >= 500 || !response.writableFinished)
    span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

import { z } from 'zod';
import { flag, url } from './readers.js';
import { maybe, set } from './variable.js';

/** OpenTelemetry's own variables; the SDK reads further ones (headers, sampler, batches) by itself. */
export const telemetry = {
  OTEL_SDK_DISABLED: set(flag, 'false', 'true: no traces, whatever the others say.'),
  OTEL_TRACES_EXPORTER: maybe(
    z.enum(['otlp', 'none'], { error: 'must be otlp or none' }),
    'otlp sends traces over HTTP. Default: otlp where an endpoint is given, else none.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: maybe(
    url('http:', 'https:'),
    'Collector of traces, to which /v1/traces is added. Default with OTEL_TRACES_EXPORTER=otlp: http://localhost:4318.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: maybe(
    url('http:', 'https:'),
    'The same for traces alone, taken as it is.',
  ),
  OTEL_SERVICE_NAME: set(z.string(), 'countersign', 'What the service is called in traces.'),
};

type Telemetry = z.output<z.ZodObject<typeof telemetry>>;

/** Where spans go, and in whose name; undefined when nowhere. */
export function tracingOf(env: Telemetry): { url: string; serviceName: string } | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = env;
  const exporter = env.OTEL_TRACES_EXPORTER ?? (own || base ? 'otlp' : 'none');
  if (env.OTEL_SDK_DISABLED || exporter === 'none') return undefined;
  const address = new URL(base ?? 'http://localhost:4318');
  address.pathname = `${address.pathname.replace(/\/$/, '')}/v1/traces`;
  return Object.freeze({ url: own ?? address.href, serviceName: env.OTEL_SERVICE_NAME });
}

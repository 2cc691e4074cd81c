import { ProofError } from './proof-error.js';

const TIMEOUT_MS = 5000;
/** Many times the longest document of a known provider. */
const LONGEST_ANSWER_BYTES = 256 * 1024;
/** The statuses with which the endpoints accept or refuse. Any other is no word about the proof. */
const ANSWERS = [200, 400, 401, 403];

export type ProviderFetch = (
  url: string,
  request: Pick<RequestInit, 'method' | 'headers' | 'body'>,
) => Promise<Response>;

/** The one way out to providers: no redirects, no waiting, no endless answers. */
export class ProviderHttp {
  constructor(private readonly timeoutMs = TIMEOUT_MS) {}

  /** The whole answer; throws `ProofError` `unreachable` when there is none that can be used. */
  readonly fetch: ProviderFetch = async (url, { method, headers, body }) => {
    try {
      const signal = AbortSignal.timeout(this.timeoutMs);
      return await wholeAnswer(await fetch(url, { method, headers, body, redirect: 'manual', signal }));
    } catch (error) {
      throw error instanceof ProofError ? error : new ProofError('unreachable', networkCode(error as Error));
    }
  };
}

async function wholeAnswer({ status, headers, body }: Response): Promise<Response> {
  if (!ANSWERS.includes(status)) {
    await body?.cancel();
    throw new ProofError('unreachable', `HTTP ${status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LONGEST_ANSWER_BYTES) throw new ProofError('unreachable', 'answer too long');
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status, headers });
}

/** `ECONNREFUSED`, `TimeoutError` …: `fetch` itself only says that it failed. */
function networkCode({ name, cause }: Error): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : name;
}

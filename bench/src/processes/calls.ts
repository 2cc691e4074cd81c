import type { ChildProcess } from 'node:child_process';

/** A call to another process of the bench, and its answer. Buffers and dates arrive as what they are: the channel copies structures. */
interface Call {
  call: number;
  name: string;
  argument: unknown;
}

interface Answer {
  answerTo: number;
  value?: unknown;
  error?: string;
}

type Handlers = Record<string, (argument: never) => unknown>;

const known: Handlers = {};
/** Calls that came while the program was still starting. */
const early: Call[] = [];

/** Answers the calls of the process that started this one: all names that any of its modules has given. */
export function answerCalls(handlers: Handlers): void {
  if (!process.listenerCount('message')) listen();
  Object.assign(known, handlers);
  for (const call of early.splice(0)) take(call);
}

function listen(): void {
  process.on('message', (call: Call) => take(call));
  // The channel alone is no reason for a service to stay.
  process.channel?.unref();
}

function take(call: Call): void {
  const handler = known[call.name] as ((argument: unknown) => unknown) | undefined;
  if (handler) void answer(call, handler);
  else early.push(call);
}

async function answer({ call, argument }: Call, handler: (argument: unknown) => unknown): Promise<void> {
  try {
    process.send?.({ answerTo: call, value: await handler(argument) } satisfies Answer);
  } catch (error) {
    process.send?.({ answerTo: call, error: String((error as Error).stack) } satisfies Answer);
  }
}

/** Calls to a child. One that ends fails what it still owes. */
export class Calls {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private last = 0;

  constructor(private readonly child: ChildProcess) {
    child.on('message', (answer: Answer) => this.settle(answer));
    child.once('exit', () => {
      for (const answerTo of [...this.waiting.keys()])
        this.settle({ answerTo, error: 'The process has ended.' });
    });
  }

  call<Value>(name: string, argument?: unknown): Promise<Value> {
    const call = (this.last += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(call, ({ value, error }) =>
        error === undefined ? resolve(value as Value) : reject(new Error(`${name}: ${error}`)),
      );
      this.child.send({ call, name, argument } satisfies Call);
    });
  }

  private settle(answer: Answer): void {
    this.waiting.get(answer.answerTo)?.(answer);
    this.waiting.delete(answer.answerTo);
  }
}

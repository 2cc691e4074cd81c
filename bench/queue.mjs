// How many mails a second one process hands over to a mail server that answers in 20 ms, and what each costs.
//
//   npm run build && node bench/queue.mjs        (QUEUE_MAILS=3000, QUEUE_ANSWER_MS=20, SMTP_CONNECTIONS=20)
//
// The mail server is a process of its own, and speaks SMTP with PIPELINING, as relays do. Postgres is the embedded one.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAILS = Number(process.env.QUEUE_MAILS ?? 3000);
const ANSWER_MS = Number(process.env.QUEUE_ANSWER_MS ?? 20);
const self = fileURLToPath(import.meta.url);

/** A mail server that takes everything, each mail `ANSWER_MS` after it has come. */
function serve() {
  const server = createServer((socket) => {
    let inData = false;
    let buffered = '';
    socket.on('error', () => undefined);
    socket.write('220 bench ESMTP\r\n');
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      for (;;) {
        const end = buffered.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          setTimeout(() => socket.write('250 2.0.0 Ok: queued as 4F2A71\r\n'), ANSWER_MS);
        } else if (/^EHLO/i.test(line)) socket.write('250-bench\r\n250-PIPELINING\r\n250 8BITMIME\r\n');
        else if (/^DATA/i.test(line)) {
          inData = true;
          socket.write('354 go on\r\n');
        } else socket.write('250 2.0.0 Ok\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
}

async function measure() {
  const receiver = spawn(process.execPath, [self, 'serve'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve) => receiver.once('message', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'countersign-queue-'));
  const { service, stop } = await import('./queue-service.mjs').then(({ start }) => start(folder, port));
  try {
    await service.queue(MAILS);
    const cpu = process.cpuUsage();
    const begun = performance.now();
    service.wake();
    while ((await service.waiting()) > 0) await pause(50);
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${MAILS} mails, answered in ${ANSWER_MS} ms: ${Math.round(MAILS / seconds)} a second, ` +
        `${((user + system) / 1000 / MAILS).toFixed(2)} ms of processor for each in this process`,
    );
  } finally {
    await stop();
    receiver.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

await (process.argv[2] === 'serve' ? serve() : measure());

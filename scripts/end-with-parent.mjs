import { clearInterval, setInterval } from 'node:timers';

const LOOK_MS = 200;

/**
 * Ends this process, as SIGTERM does, when the shell that npm ran it in is gone. A signal to npm goes on to that shell alone: some shells
 * (bash) have become this process by then, others (dash) die of it and would leave this process behind.
 *
 * Not on Windows, which has no such signals and never tells a process that its parent has gone.
 */
export function endWithParent() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  watch.unref();
}

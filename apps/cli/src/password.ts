import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { faultOf, OperatorError } from '@app/administration';
import { PASSWORD_LENGTH } from '@app/accounts';
import type { Terminal } from './terminal.js';

/** More than any password may have: a wrong file in the pipe is not read to its end. */
const MOST_BYTES = 4096;

/** A new password: the line on standard input, or, at a terminal, typed twice without being shown. */
export async function readPassword(terminal: Terminal): Promise<string> {
  return check(await (terminal.input.isTTY ? ask(terminal) : readLine(terminal.input)));
}

/** The line on standard input: a verifier that is known here, within its bounds. */
export async function readPasswordHash({ input }: Terminal): Promise<string> {
  const verifier = await readLine(input);
  const fault = faultOf('passwordHash', verifier);
  if (fault !== undefined) throw new OperatorError(`This hash ${fault}.`);
  return verifier;
}

/** The text up to its end, without one line break there. */
async function readLine(input: Terminal['input']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    chunks.push(Buffer.from(chunk as string));
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw wrongLength();
  }
  return decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new OperatorError('The password has to be text in UTF-8.');
  }
}

async function ask(terminal: Terminal): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const keyboard = createInterface({ input: terminal.input, output: silent, terminal: true, historySize: 0 });
  try {
    const password = await hidden('Password: ', keyboard, terminal);
    const again = await hidden('Once more: ', keyboard, terminal);
    if (password !== again) throw new OperatorError('The two passwords differ.');
    return password;
  } finally {
    keyboard.close();
  }
}

async function hidden(prompt: string, keyboard: Interface, { err }: Terminal): Promise<string> {
  const given = new AbortController();
  const giveUp = () => given.abort();
  // Ctrl-C and Ctrl-D.
  keyboard.once('SIGINT', giveUp).once('close', giveUp);
  try {
    const line = keyboard.question('', { signal: given.signal });
    err(prompt);
    return await line;
  } catch {
    throw new OperatorError('No password was given.');
  } finally {
    keyboard.off('SIGINT', giveUp).off('close', giveUp);
    err('\n');
  }
}

function check(password: string): string {
  const fault = faultOf('password', password);
  if (fault !== undefined) throw new OperatorError(`The password ${fault}.`);
  return password;
}

function wrongLength(): OperatorError {
  return new OperatorError(
    `The password has to have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters.`,
  );
}

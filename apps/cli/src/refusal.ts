import { UsageError } from './usage-error.js';
import { OperatorError, UnreadableFile } from '@app/administration';
import { ConfigError } from '@app/config';
import { EmbeddedPostgresError } from '@app/database';
import { AuthError } from '@app/kernel';
import { KeyRingRefused } from '@app/server-keys';
import { CommanderError } from 'commander';

export interface Refusal {
  exitCode: number;
  message: string;
}

const FOR_PEOPLE = [OperatorError, UnreadableFile, ConfigError, EmbeddedPostgresError, KeyRingRefused];

/** What the operator is told of a failure: never a stack, never a secret. Undefined: it was no failure. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof CommanderError) return usageOf(error);
  if (error instanceof UsageError) return { exitCode: 2, message: error.message };
  if (FOR_PEOPLE.some((kind) => error instanceof kind))
    return { exitCode: 1, message: (error as Error).message };
  // What a database out of reach says of itself is in the cause.
  const cause = error instanceof AuthError ? (error.cause ?? error) : error;
  return { exitCode: 1, message: `The command failed: ${reasonOf(cause)}.` };
}

function usageOf({ code, message }: CommanderError): Refusal | undefined {
  if (code === 'commander.helpDisplayed') return undefined;
  if (code === 'commander.help') return { exitCode: 2, message: 'A command is missing.' };
  const line = message.replace(/^error: /, '').replaceAll('\n', ' ');
  // What was typed is not repeated: it may be a password in the wrong place.
  /* eslint-disable regexp/no-super-linear-backtracking -- an operator's own command line */
  const safe = line
    .replace(/^(unknown option '(?:--[^'=]*|-.)).*?'/s, "$1'")
    .replace(/^option '(--[\w-]+).*' is invalid\. /s, '$1: ')
    .replace(/^command-argument value '.*' is invalid for argument '(\w+)'\. /s, '<$1>: ');
  /* eslint-enable regexp/no-super-linear-backtracking */
  return {
    exitCode: 2,
    message: `${safe.charAt(0).toUpperCase()}${safe.slice(1)}${/[.)?]$/.test(safe) ? '' : '.'}`,
  };
}

/** What a failure says of itself. A refused connection says it in the failures of the single addresses. */
export function reasonOf(error: unknown): string {
  const { message, errors, code } = error as { message?: string; errors?: unknown[]; code?: string };
  if (message) return message.replace(/\.$/, '');
  return errors?.length ? reasonOf(errors[0]) : (code ?? String(error));
}

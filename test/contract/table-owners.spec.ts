import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which lib writes SQL about a table. */
const OWNERS: Record<string, string[]> = {
  'libs/accounts': [
    'accounts',
    'totp_factors',
    'password_failures',
    'sign_ups',
    'backup_codes',
    'factor_setups',
    'contact_changes',
    'credentials',
    'pending_recoveries',
    'external_identities',
    'imported_accounts',
  ],
  'libs/attempts': ['attempts', 'guess_budgets', 'send_windows', 'magic_links'],
  'libs/sessions': ['sessions', 'browser_sessions', 'browser_attempts'],
  'libs/audit': ['audit_events', 'event_stream'],
  'libs/delivery': ['messages', 'recipient_sends', 'send_counts', 'delivery_events', 'suppressed_addresses'],
  'libs/throttle': ['request_limits'],
  'libs/tokens': ['signing_keys'],
  'libs/idempotency': ['idempotent_calls'],
  'libs/server-keys': ['server_keys', 'replicas'],
  'libs/service-keys': ['service_keys'],
  'libs/administration': ['imports', 'import_findings'],
  'libs/operators': ['operators', 'operator_sessions'],
};

/** Who else names a table, and why. None of them writes. */
const READERS: Record<string, string> = {
  'libs/database/src/security-stamp.ts':
    'the condition that sessions and attempts share; neither knows accounts',
  'apps/auth/src/session/browser-view.ts':
    'one row with everything a browser session holds, read in the statement of the limits',
  'apps/auth/src/magic-link/link-view.service.ts': 'what the page of a link says, of three nouns',
};

const ownerOf = new Map(
  Object.entries(OWNERS).flatMap(([lib, tables]) => tables.map((table) => [table, lib] as const)),
);
const NAMED = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|USING)\\s+(${[...ownerOf.keys()].join('|')})\\b`, 'g');
const WRITTEN = new RegExp(
  `\\b(?:INSERT INTO|DELETE FROM|UPDATE)\\s+(${[...ownerOf.keys()].join('|')})\\b`,
  'g',
);

const sources = ['apps', 'libs']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.includes('/migrations/'));
const foreign = (file: string, pattern: RegExp) =>
  [...readFileSync(file, 'utf8').matchAll(pattern)]
    .map(([, table = '']) => table)
    .filter((table) => !file.startsWith(`${ownerOf.get(table)}/`));

describe('each table', () => {
  it('is named in SQL by the lib that owns it alone', () => {
    const strangers = sources.filter((file) => !(file in READERS) && foreign(file, NAMED).length > 0);
    expect(strangers).toEqual([]);
  });

  it('is written by no other, whoever may read it', () => {
    expect(Object.keys(READERS).filter((file) => foreign(file, WRITTEN).length > 0)).toEqual([]);
  });

  it('has an exception only where one is made use of', () => {
    expect(Object.keys(READERS).filter((file) => foreign(file, NAMED).length === 0)).toEqual([]);
  });

  it('is found by this test: the owners do write them', () => {
    const written = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(WRITTEN)].map(([, table]) => table),
    );
    const unwritten = [...ownerOf.keys()].filter((table) => !written.includes(table));
    expect(unwritten).toEqual([]);
  });
});

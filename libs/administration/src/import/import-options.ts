import { readFile } from 'node:fs/promises';
import type { FirebaseHashParameters } from './formats/format.js';
import type { FormatName } from './formats/index.js';
import { auth0Hash } from './formats/auth0.js';
import { PeopleFile } from './files/people-file.js';
import { OperatorError } from '../operator-error.js';

/** How a file of people is to be read. */
export interface ImportOptions {
  path: string;
  format: FormatName;
  /** Providers whose identities are left behind. */
  leftOut: readonly string[];
  /** Of Firebase: a file with the hash parameters of the project. */
  hashConfig?: string;
  /** Of Auth0: the file of its password hashes. */
  hashes?: string;
}

/** `key: value` of the console's dialogue, or of JSON. */
const PARAMETER = /"?(base64_signer_key|base64_salt_separator|rounds|mem_cost)"?\s*:\s*"?([\w+/=-]*)/g;

/** @throws OperatorError for a file without all of them; it says nothing of what is in it */
export async function readHashParameters(path: string): Promise<FirebaseHashParameters> {
  const text = await readFile(path, 'utf8');
  const found = new Map([...text.matchAll(PARAMETER)].map(([, name = '', value = '']) => [name, value]));
  const [signerKey, saltSeparator] = [found.get('base64_signer_key'), found.get('base64_salt_separator')];
  const [rounds, memCost] = [Number(found.get('rounds')), Number(found.get('mem_cost'))];
  if (!signerKey || saltSeparator === undefined || !rounds || !memCost)
    throw new OperatorError(
      'The hash parameters need base64_signer_key, base64_salt_separator, rounds and mem_cost, as the console of Firebase shows them.',
    );
  return { signerKey, saltSeparator, rounds, memCost };
}

/** The hashes of an Auth0 export by their ids. They are the one thing that is held: some 200 bytes each. */
export async function readAuth0Hashes(path: string): Promise<(id: string) => string | undefined> {
  const hashes = new Map<string, string>();
  for await (const entry of new PeopleFile(path, false).entries()) {
    const { data } = auth0Hash.safeParse('value' in entry ? entry.value : undefined);
    if (!data) throw new OperatorError(`Line ${entry.line} of the password hashes is none.`);
    hashes.set(data._id.$oid, data.passwordHash);
  }
  return (id) => hashes.get(id);
}

import { auth0 } from './auth0.js';
import { firebase } from './firebase.js';
import type { Format } from './format.js';
import { keycloak } from './keycloak.js';
import { kratos } from './kratos.js';
import { supabase } from './supabase.js';

/** A person on each line, as `account export` writes them. */
const countersign: Format = { isDocument: false, person: (value) => value };

/** Whose exports are read. */
export const FORMATS = { countersign, keycloak, firebase, auth0, supabase, kratos } satisfies Record<
  string,
  Format
>;
export type FormatName = keyof typeof FORMATS;

import { AuthError, identify, identifyAs, type Identifier } from '@app/kernel';

/** Whom a request names: by e-mail address, else by user name. What looks like the other kind names nobody of this one. */
export function loginOf({ email, alternate_id }: { email?: string; alternate_id?: string }): Identifier {
  const name = email ?? alternate_id;
  if (name === undefined) throw new AuthError('identifier_missing');
  return identify(name);
}

interface NamedFields {
  email?: string;
  alternate_id?: string;
  first_name?: string;
  last_name?: string;
  password?: string;
}

/** The fields of a request in the core's words, identifiers in the form in which they are stored. */
export function changeOf({ email, alternate_id, first_name, last_name, password }: NamedFields) {
  return {
    email: email === undefined ? undefined : identifyAs('email', email).value,
    username: alternate_id === undefined ? undefined : identifyAs('username', alternate_id).value,
    firstName: first_name,
    lastName: last_name,
    password,
  };
}

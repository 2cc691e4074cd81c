/** What is wrong with one field. */
export class AdminFieldProblem {
  /** Its name in the body or the query. @example 'email' */
  parameter: string;
  /** For developers. @example 'email has to be an e-mail address such as anna@example.com' */
  detail: string;
}

/** Every refusal of the administration (RFC 9457), as `application/problem+json`. */
export class AdminProblem {
  /** What kind of problem it is; the words behind the last colon stay as they are. @example 'urn:countersign:problem:not_found' */
  type: string;
  /** The same for people, alike for each of its kind. @example 'There is no such thing' */
  title: string;
  /** The status of the answer. @example 404 */
  status: number;
  /** What it is this time. @example 'No account has the id or identifier 123456789012345678.' */
  detail?: string;
  errors?: AdminFieldProblem[];
}

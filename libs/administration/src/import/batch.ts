import type { IncomingPerson } from '@app/accounts';
import type { Finding } from './import-progress.js';

const MOST_PEOPLE = 500;
/** Characters of what is read, as a measure of the statement. */
const MOST_TEXT = 2_000_000;

/** People who come in one statement, of whom no two share anything: the second of two has to see what became of the first. */
export class Batch {
  readonly people: IncomingPerson[] = [];
  readonly findings: Finding[] = [];
  /** The last line of it. */
  line: number;
  private size = 0;
  private readonly taken = new Set<string>();

  /** `after`: the line before its first. */
  constructor(readonly after: number) {
    this.line = after;
  }

  get isFull(): boolean {
    return this.people.length + this.findings.length >= MOST_PEOPLE || this.size >= MOST_TEXT;
  }

  /** `size`: bytes of the line. False: somebody of the batch has something of theirs, and they have to wait for the next one. */
  add(person: IncomingPerson, size: number): boolean {
    const marks = marksOf(person).map(([mark]) => mark);
    if (marks.some((mark) => this.taken.has(mark))) return false;
    for (const mark of marks) this.taken.add(mark);
    this.people.push(person);
    this.line = person.line;
    this.size += size;
    return true;
  }

  refuse(line: number, reason: string): void {
    this.line = line;
    this.findings.push({ line, what: 'refused', reason });
  }
}

/** What two people cannot share, and its name. */
export function marksOf(person: IncomingPerson): [mark: string, what: string][] {
  const { external_id, uuid, id, email, username, phone, credentials, identities } = person;
  const marks: [what: string, value: string | null][] = [
    ['person', external_id],
    ['uuid', uuid],
    ['id', id],
    ['email', email],
    ['username', username],
    ['phone', phone],
  ];
  for (const { kind, uuid: key, credential_id } of credentials ?? []) {
    marks.push(['credential', key]);
    if (kind === 'Fido2') marks.push(['credential', credential_id]);
  }
  for (const { issuer, subject } of identities ?? []) marks.push(['identity', `${issuer} ${subject}`]);
  return marks.flatMap(([what, value]) => (value === null ? [] : [[`${what} ${value}`, what]]));
}

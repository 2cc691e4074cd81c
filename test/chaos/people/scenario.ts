import type { Person } from './person.js';

/** What a person does once. Answers how the session that it led to is looked at when all is over, if it led to one. */
export type Scenario = (person: Person) => Promise<(() => Promise<void>) | undefined>;

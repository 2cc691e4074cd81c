/** A command line that cannot be meant: nothing was tried. Exit code 2. */
export class UsageError extends Error {}

/** A refusal in words for the operator: printed as it is, without a stack. Exit code 1. */
export class OperatorError extends Error {}

/** A command line that cannot be meant: nothing was tried. Exit code 2. */
export class UsageError extends Error {}

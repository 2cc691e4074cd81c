/** A refusal in words for the operator: said as it is, without a stack. */
export class OperatorError extends Error {}

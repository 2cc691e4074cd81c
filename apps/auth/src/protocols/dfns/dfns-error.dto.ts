class DfnsParameterError {
  /** The property, with dots where it is a nested one. @example 'orgId' */
  parameter: string;
  /** @example 'orgId must match the pattern of an organization id' */
  error: string;
}

class DfnsErrorDetails {
  /** What is wrong with which property; only where that is the reason. */
  parameters?: DfnsParameterError[];
}

class DfnsError {
  /** The kind of error, for programs. @example 'invalid_parameters' */
  id: string;
  /** The HTTP status. @example 400 */
  status: number;
  /** For people. @example 'orgId: orgId must match the pattern of an organization id' */
  message: string;
  /** Always an object. */
  details: DfnsErrorDetails;
}

/** Every refusal of this protocol. */
export class DfnsErrorResponse {
  error: DfnsError;
}

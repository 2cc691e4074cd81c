class NavixyStatus {
  /** The number clients act on. */
  code: number;
  description: string;
}

class NavixyParameterError {
  /** @example 'code' */
  parameter: string;
  /** @example 'code must be a string' */
  error: string;
}

/** Every refusal of this protocol. */
export class NavixyErrorResponse {
  /** @example false */
  success: boolean;
  status: NavixyStatus;
  /** With code 7: what is wrong with which parameter. */
  errors?: NavixyParameterError[];
  /** With code 15 of `resend`: the whole waiting time, ISO 8601. @example 'PT5M' */
  timeout?: string;
  /** With code 15 of `resend`: what is left of it. @example 'PT4M12S' */
  remainder?: string;
}

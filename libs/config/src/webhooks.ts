/** Where the service calls another one, and the keys under which it signs. */
export interface SignedAddress {
  url: string;
  secrets: readonly string[];
}

/** Undefined without an address: nobody is called. That it has its keys is seen to before (`productionProblems`). */
export function signedAddress(
  url?: string,
  secrets?: readonly string[],
): Readonly<SignedAddress> | undefined {
  return url && secrets ? Object.freeze({ url, secrets }) : undefined;
}

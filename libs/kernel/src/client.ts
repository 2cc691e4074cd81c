/** Who is calling, as far as the connection tells. Shown to the owner in mails and kept in the audit log. */
export interface Client {
  /** The client's address: of the connection, or of the right-most hop beyond the trusted proxies. */
  address: string;
  /** At most 256 characters; empty when the client sent none. */
  userAgent: string;
  requestId: string;
}

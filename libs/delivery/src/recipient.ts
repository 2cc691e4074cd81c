/** Where a message goes, and in whose name; a null address is nowhere. */
export interface Recipient {
  address: string | null;
  language: string;
  account_id: string | null;
}

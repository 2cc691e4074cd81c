/** What people know an account by. */
export interface Named {
  email?: string | null;
  username?: string | null;
  phone?: string | null;
}

/** What an authenticator app shows beside the code. */
export function labelOf({ email, username, phone }: Named): string {
  return email ?? username ?? phone ?? '';
}

/** What the account lacks for a second factor that is sent, in words. */
export function missingFor(factor: string, { email, phone }: Named): string | undefined {
  if (factor === 'email' && !email) return 'an e-mail address';
  return factor === 'sms' && !phone ? 'a phone number' : undefined;
}

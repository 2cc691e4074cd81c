interface Named {
  id: string;
  email: string | null;
  username: string | null;
  phone: string | null;
}

interface Shut {
  activatedAt: Date | null;
  disabledAt: Date | null;
}

/** What an account is called where it has to be told from others: the first of its names. */
export const nameOf = ({ id, email, username, phone }: Named): string => email ?? username ?? phone ?? id;

export function stateOf({ activatedAt, disabledAt }: Shut): 'active' | 'disabled' | 'waiting' {
  if (disabledAt) return 'disabled';
  return activatedAt ? 'active' : 'waiting';
}

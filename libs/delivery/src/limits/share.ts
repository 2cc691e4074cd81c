/**
 * Out of which share of its recipient a message goes. `anybody`: whoever asked has not proven that the address is theirs. `owner`: they
 * have, by a session or the first factor of its account. `recovery`: anybody, for a way back in, which has a reserve beside that.
 */
export type Share = 'anybody' | 'owner' | 'recovery';

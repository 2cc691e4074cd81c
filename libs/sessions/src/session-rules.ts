/** How long a session lives, and how many an account may have: while they wait for a second factor, and signed in. `config.sessions`. */
export interface SessionRules {
  pendingSeconds: number;
  lifeSeconds: number;
  pendingLimit: number;
  accountLimit: number;
}

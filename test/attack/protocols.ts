/** A call of each protocol that anybody may make and that takes a body. */
export const DOORS: Record<string, string> = {
  navixy: '/user/auth',
  docspace: '/api/2.0/authentication',
  wacht: '/auth/signin',
  yat: '/auth/token',
  dfns: '/auth/recover/user/code',
};

export const FOREIGN = 'https://attacker.invalid';

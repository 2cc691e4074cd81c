/** A call of each protocol that needs the database. */
export const PROTOCOL_CALLS: [protocol: string, path: string, body: object][] = [
  ['navixy', '/user/auth', { login: 'liv@example.com', password: 'correct horse battery' }],
  ['docspace', '/api/2.0/authentication', { userName: 'liv@example.com', password: 'correct horse battery' }],
  ['wacht', '/auth/signin', { strategy: 'email_otp', email: 'liv@example.com' }],
  ['yat', '/auth/token', { email: 'liv@example.com', password: 'correct horse battery' }],
  ['dfns', '/auth/recover/user/code', { username: 'liv@example.com', orgId: 'or-1' }],
];

export function post(url: string, path: string, body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

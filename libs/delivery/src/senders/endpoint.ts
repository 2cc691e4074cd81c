/** Where something is POSTed to. `fetch` refuses a URL with a user name in it: a login travels as a header. */
export interface Endpoint {
  url: string;
  login: Record<string, string>;
}

/** Of `https://user:password@host/path`. */
export function endpointOf(text: string): Endpoint {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const basic = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, login: username || password ? { Authorization: basicLogin(basic) } : {} };
}

/** `user:password` as HTTP has it. */
export const basicLogin = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small application with a wacht client in it. `?api=` tells it where the service is. */
const PAGE = `<!doctype html>
<html lang="en">
<title>Example</title>
<form id="form">
<input name="email" aria-label="email"> <input name="password" aria-label="password"> <input name="code" aria-label="code">
<button type="button" data-do="signUp">Sign up</button>
<button type="button" data-do="signIn">Sign in</button>
<button type="button" data-do="verify">Verify</button>
<button type="button" data-do="switchBack">Switch</button>
<button type="button" data-do="signOut">Sign out</button>
<button type="button" data-do="show">Show</button>
</form>
<pre id="session"></pre>
<p id="errors"></p>
<p id="done">0</p>
<script>
const api = new URLSearchParams(location.search).get('api');
const field = (name) => document.querySelector('[name=' + name + ']').value;
let attempt;
async function call(path, body) {
  const response = await fetch(api + path, {
    method: body === undefined ? 'GET' : 'POST',
    credentials: 'include',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  document.getElementById('session').textContent = JSON.stringify(answer.session);
  document.getElementById('errors').textContent = answer.errors.map((error) => error.code).join();
  return answer.session;
}
const actions = {
  async signUp() {
    const session = await call('/auth/signup', { email: field('email'), password: field('password') });
    attempt = { signup_attempt_id: session.signup_attempts.at(-1).id };
    await call('/auth/prepare-verification', { ...attempt, method: 'email' });
  },
  async signIn() {
    const session = await call('/auth/signin', { strategy: 'email_otp', email: field('email') });
    attempt = { signin_attempt_id: session.signin_attempts.at(-1).id };
    await call('/auth/prepare-verification', { ...attempt, method: 'email' });
  },
  verify: () => call('/auth/attempt-verification', { ...attempt, code: field('code') }),
  async switchBack() {
    const { signins } = await call('/session');
    await call('/session/switch-sign-in', { sign_in_id: signins[0].id });
  },
  signOut: () => call('/session/sign-out', { all_sessions: true }),
  show: () => call('/session'),
};
const done = document.getElementById('done');
document.getElementById('form').addEventListener('click', async ({ target }) => {
  const action = actions[target.dataset.do];
  if (!action) return;
  await action().catch((error) => { document.getElementById('errors').textContent = String(error); });
  done.textContent = String(Number(done.textContent) + 1);
});
</script>
</html>`;

/** Serves the application, or another page, on an origin of its own. */
export async function servePage(page = PAGE): Promise<{ origin: string; server: Server }> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

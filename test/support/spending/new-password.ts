import type { TestApp } from '../test-app.js';
import { until } from '../until.js';
import { WachtClient } from '../wacht-client.js';

const NEW = 'gelbe Kanne im Schnee 7';
const LINK = /\/reset-password\?token=([\w-]+)/;

/** Chooses a new password by the newest link that is in the mailbox, or will be; answers it. */
export async function newPasswordByMail(app: TestApp, email: string): Promise<string> {
  const tokens = () => app.mailbox.messages(email).flatMap(({ text }) => LINK.exec(text)?.[1] ?? []);
  await until(() => tokens().length > 0, 'a link for a new password');
  const [token] = tokens();
  const { status } = await new WachtClient(app).post('/auth/reset-password', { token, password: NEW });
  if (status !== 200) throw new Error(`reset-password: ${status}`);
  return NEW;
}

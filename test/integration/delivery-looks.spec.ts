import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Replica } from './delivery-replica.js';

/** One pixel. */
const LOGO =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('a mail in the looks of an operator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-looks-'));
  let testDatabase: TestDatabase;
  let receiver: SmtpReceiver;
  let replica: Replica;

  beforeAll(async () => {
    writeFileSync(join(folder, 'logo.png'), Buffer.from(LOGO, 'base64'));
    writeFileSync(join(folder, 'theme.json'), JSON.stringify({ logo: 'logo.png' }));
    // What is filled in is not looked into again, or this one would be filled in for ever.
    writeFileSync(
      join(folder, 'en.json'),
      JSON.stringify({ 'sign_in_code.subject': '{site} {site} says hello' }),
    );
    testDatabase = await createTestDatabase();
    receiver = await SmtpReceiver.start();
    replica = await Replica.start(testDatabase.url, new TestClock(), {
      SMTP_URL: receiver.url(),
      TEMPLATES_DIR: folder,
      MAIL_FROM: '"{site} <b>{code}</b>" <no-reply@example.com>',
    });
  });
  afterAll(async () => {
    await replica?.stop();
    await receiver?.stop();
    await testDatabase?.drop();
    rmSync(folder, { recursive: true });
  });

  it('has the logo within, as a part that its HTML shows, and fills each sentence in once', async () => {
    await replica.settled(await replica.send(), 'sent');
    const { html = '', subject, attachments } = await PostalMime.parse(receiver.received[0]?.raw ?? '');
    expect(html).toContain('src="cid:logo"');
    const parts = attachments.map(({ mimeType, contentId, disposition, content }) => [
      ...[mimeType, contentId, disposition],
      Buffer.from(content as ArrayBuffer).toString('base64'),
    ]);
    expect(parts).toEqual([['image/png', '<logo>', 'inline', LOGO]]);
    expect(subject).toBe('{site} <b>{code}</b> {site} <b>{code}</b> says hello');
    expect(html).toContain('{site} &lt;b&gt;{code}&lt;/b&gt;');
    expect(html).not.toContain('<b>');
  });
});

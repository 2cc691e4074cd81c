import { readConfig } from '@app/config';
import { Mailbox, type MailboxMessage } from './mailbox.js';

const message = (id: string, to: string): MailboxMessage => ({
  id,
  channel: 'email',
  to,
  subject: 'Hello',
  text: 'Hello',
  html: null,
  createdAt: new Date('2026-01-15T12:00:00Z'),
});
const development = () => new Mailbox(readConfig({}));

describe('Mailbox', () => {
  it('answers the newest first', () => {
    const mailbox = development();
    mailbox.put(message('1', 'a@example.com'));
    mailbox.put(message('2', 'b@example.com'));
    expect(mailbox.messages().map(({ id }) => id)).toEqual(['2', '1']);
  });

  it('finds a recipient in any case and nobody else', () => {
    const mailbox = development();
    mailbox.put(message('1', 'Ann@Example.com'));
    mailbox.put(message('2', 'joann@example.com'));
    expect(mailbox.messages('ann@EXAMPLE.com').map(({ id }) => id)).toEqual(['1']);
    expect(mailbox.messages('nobody@example.com')).toEqual([]);
  });

  it('keeps the newest 500', () => {
    const mailbox = development();
    for (let id = 1; id <= 510; id += 1) mailbox.put(message(String(id), 'a@example.com'));
    expect(mailbox.messages()).toHaveLength(500);
    expect(mailbox.messages()[0]?.id).toBe('510');
  });

  it('is open in development without a mail server, and never otherwise', () => {
    expect(development().open).toBe(true);
    expect(new Mailbox(readConfig({ SMTP_URL: 'smtp://mail.example.com' })).open).toBe(false);
    const production = { ...readConfig({}), production: true };
    expect(new Mailbox(production).open).toBe(false);
  });
});

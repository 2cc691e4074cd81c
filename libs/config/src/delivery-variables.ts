import { z } from 'zod';
import { mailProviders, textProviders } from './message-providers.js';
import { clientName, seconds, signingSecrets, url, whole } from './readers.js';
import { maybe, set } from './variable.js';

/** Who carries mails and texts, and how the outbox is worked off. */
export const deliveryVariables = {
  SMTP_URL: maybe(
    mailProviders,
    'Mail servers in the order of preference, comma-separated: smtp://user:password@host:587 (STARTTLS), smtps://…:465, or https://… (a webhook, see WEBHOOK_SECRET). Absent: the built-in mailbox (development only).',
  ),
  MAIL_FROM: set(z.string().min(3), 'Countersign <no-reply@localhost>', 'Sender of every mail.'),
  TEMPLATES_DIR: maybe(
    z.string().min(1),
    'Folder with words, colours, logo and layouts of your own for mails, texts and pages: see docs/operations/templates.md. It is read and checked at the start.',
  ),
  SMTP_TIMEOUT_SECONDS: set(
    seconds(300),
    '20',
    'How long one conversation with a mail server, or one call of a provider of texts, may take.',
  ),
  SMTP_CONNECTIONS: set(
    whole(1, 1000),
    '20',
    'Connections of this process to each mail server: as many mails are handed over at once.',
  ),
  SMTP_CLIENT_NAME: maybe(
    clientName,
    'Host name that this process gives itself at a mail server (EHLO). Default: the host of PUBLIC_URL.',
  ),
  SMS_URL: maybe(
    textProviders,
    'Who carries texts, in the order of preference, comma-separated: twilio://SID:TOKEN@?from=+1555… (or messaging_service=MG…), vonage://KEY:SECRET@?from=… (&signature_secret=… of its delivery receipts), or https://… (a webhook, see WEBHOOK_SECRET). Absent in development: the built-in mailbox.',
  ),
  SMS_CONNECTIONS: set(whole(1, 1000), '10', 'Texts that are handed over to each of them at once.'),
  WEBHOOK_SECRET: maybe(
    signingSecrets,
    'Signs what is POSTed to the webhooks of SMTP_URL and SMS_URL (Standard Webhooks): whsec_ and the base64 of 24 to 64 bytes. Comma-separated while one is replaced: all sign.',
  ),
  SMS_WEBHOOK_URL: maybe(
    url('http:', 'https:'),
    'A webhook for texts, behind those of SMS_URL. Texts are POSTed here as JSON {to, text, …}, under a signature of our own.',
  ),
  SMS_WEBHOOK_SECRET: maybe(
    z.string().min(16, 'must have at least 16 characters'),
    'Key of the signature of SMS_WEBHOOK_URL (HMAC-SHA-256). Entries behind it, comma-separated, that begin with whsec_ sign in the form of Standard Webhooks beside it.',
  ),
  DELIVERY_EVENTS_SECRET: maybe(
    z.string().min(16, 'must have at least 16 characters'),
    'Key of the signature (Standard Webhooks, whsec_… or any text) of bounces and delivery reports at POST /delivery/events. Absent: none is taken but those of Twilio and Vonage.',
  ),
  OUTBOX_LEASE_SECONDS: set(
    seconds(60),
    '30',
    'How long a worker owns a message before another may take it.',
  ),
  OUTBOX_POLL_SECONDS: set(seconds(60), '1', 'How often a worker looks for messages that others left.'),
};

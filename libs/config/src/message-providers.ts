import { isIP } from 'node:net';
import { z } from 'zod';

/** A mail server, or a server of the operator's own that is POSTed to. */
export type MailProvider =
  { kind: 'smtp'; name: string; url: string } | { kind: 'webhook'; name: string; url: string };

/** Who carries texts. `origin`: where its API is; `from`: the number or name that people see; `own_webhook`: one that knows our signature. */
export type TextProvider =
  | { kind: 'own_webhook'; name: string; url: string }
  | { kind: 'webhook'; name: string; url: string }
  | {
      kind: 'vonage';
      name: string;
      origin: string;
      key: string;
      secret: string;
      from: string;
      /** Signs its delivery receipts; without one none is taken. */
      signatureSecret?: string;
    }
  | { kind: 'twilio'; name: string; origin: string; account: string; token: string; sender: TwilioSender };

/** A number or name of the account, or one of its messaging services, which has several. */
export type TwilioSender = { From: string } | { MessagingServiceSid: string };

const DEFAULT_HOSTS: Record<string, string> = { twilio: 'api.twilio.com', vonage: 'rest.nexmo.com' };
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** A comma is one between two URLs only where another begins behind it: passwords have commas too. */
const BETWEEN = /,\s*(?=[a-z][a-z\d+.-]*:\/\/)/i;
/** `twilio://SID:TOKEN@?from=…`: no host, where URLs have to have one. */
const NO_HOST = /^(twilio|vonage)(:\/\/[^/?#]*@)(?=[/?#]|$)/i;

/** `smtp://…`, `smtps://…` or `https://…` (a webhook), comma-separated, in the order of preference. */
export const mailProviders = listOf<MailProvider>(({ url, text }) => {
  if (/^smtps?:$/.test(url.protocol)) return { kind: 'smtp', name: `smtp:${url.host}`, url: text };
  return webhook(url);
}, 'must be smtp://, smtps:// or https:// URLs, comma-separated, in the order of preference');

/** `twilio://…`, `vonage://…` or `https://…` (a webhook), comma-separated, in the order of preference. */
export const textProviders = listOf<TextProvider>(
  ({ url }) =>
    url.protocol === 'twilio:' ? twilio(url) : url.protocol === 'vonage:' ? vonage(url) : webhook(url),
  'must be twilio://SID:TOKEN@?from=…, vonage://KEY:SECRET@?from=… or https:// URLs, comma-separated, in the order of preference',
);

function listOf<Provider extends { name: string }>(
  read: (entry: { url: URL; text: string }) => Provider | undefined,
  error: string,
) {
  return z.string().transform((text, context) => {
    const providers = text.split(BETWEEN).map((entry) => parsed(entry, read));
    if (providers.every((provider) => provider !== undefined)) return numbered(providers);
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

function parsed<Provider>(
  entry: string,
  read: (entry: { url: URL; text: string }) => Provider | undefined,
): Provider | undefined {
  const text = entry
    .trim()
    .replace(
      NO_HOST,
      (_, scheme: string, rest: string) => `${scheme}${rest}${DEFAULT_HOSTS[scheme.toLowerCase()]}`,
    );
  return URL.canParse(text) ? read({ url: new URL(text), text }) : undefined;
}

/** Two of one name are told apart by their place. */
function numbered<Provider extends { name: string }>(providers: Provider[]): Provider[] {
  return providers.map((provider, index) => {
    const before = providers.slice(0, index).filter(({ name }) => name === provider.name).length;
    return before ? { ...provider, name: `${provider.name}#${before + 1}` } : provider;
  });
}

/** One at this URL; undefined for anything else. */
function webhook(url: URL): { kind: 'webhook'; name: string; url: string } | undefined {
  if (!/^https?:$/.test(url.protocol)) return undefined;
  return { kind: 'webhook', name: `webhook:${url.host}`, url: url.href };
}

function twilio(url: URL): TextProvider | undefined {
  const { user: account, password: token, origin, query } = api(url);
  const from = query.get('from');
  const service = query.get('messaging_service');
  if (!account || !token || !from === !service) return undefined;
  const sender = from ? { From: from } : { MessagingServiceSid: service ?? '' };
  return { kind: 'twilio', name: 'twilio', origin, account, token, sender };
}

function vonage(url: URL): TextProvider | undefined {
  const { user: key, password: secret, origin, query } = api(url);
  const from = query.get('from');
  if (!key || !secret || !from) return undefined;
  const signatureSecret = query.get('signature_secret') || undefined;
  return { kind: 'vonage', name: 'vonage', origin, key, secret, from, signatureSecret };
}

/** A plus sign is itself here, as people write it in a phone number. Only what stays on this machine goes unencrypted. */
function api(url: URL) {
  return {
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    origin: `${LOOPBACK.test(url.hostname) ? 'http' : 'https'}://${url.host}`,
    query: new URLSearchParams(url.search.replaceAll('+', '%2B')),
  };
}

/** What the service calls itself at a mail server: the host people know it by, an address in the form of RFC 5321. */
export function clientNameOf(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  if (hostname.startsWith('[')) return `[IPv6:${hostname.slice(1)}`;
  return isIP(hostname) ? `[${hostname}]` : hostname;
}

/** The webhook of `SMS_WEBHOOK_URL`, behind those of `SMS_URL`. */
export function ownWebhook(url: string | undefined): TextProvider[] {
  return url ? [{ kind: 'own_webhook', name: 'sms-webhook', url }] : [];
}

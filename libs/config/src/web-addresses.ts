import { parse } from 'tldts';
import { list } from './readers.js';

const WEB = ['http:', 'https:'];
/** Schemes of documents and streams: a redirect there runs what stands in it, or leads nowhere. */
const NO_PLACES = 'javascript data vbscript blob file filesystem about view-source ws wss ftp'
  .split(' ')
  .map((scheme) => `${scheme}:`);

/** What the pages of an app come from: `capacitor://localhost`, `chrome-extension://<id>`. */
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s*]+$/;
/** `https://*.example.com`: one label. */
const WILDCARD = /^(https?:\/\/)\*\./;
/** An Android app by the SHA-256 of the certificate it is signed with. */
const ANDROID_APP = /^android:apk-key-hash:[\w-]{43}$/;

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether anybody can have a name right below: `com`, `co.uk`, `github.io`. By the list that browsers use, with its private part. */
function isPublicSuffix(host: string): boolean {
  return parse(host, { allowPrivateDomains: true }).domain === null;
}

function isOrigin(entry: string): boolean {
  const text = entry.replace(WILDCARD, '$1any.');
  const url = parsed(text);
  if (!url || NO_PLACES.includes(url.protocol) || text.includes('*')) return false;
  if (text !== entry && isPublicSuffix(url.hostname.replace('any.', ''))) return false;
  return WEB.includes(url.protocol) ? url.origin === text : APP_ORIGIN.test(text);
}

function isRedirect(entry: string): boolean {
  const url = parsed(entry);
  if (!url || NO_PLACES.includes(url.protocol)) return false;
  // They are compared to the letter: one with a star would be good for nobody.
  return !WEB.includes(url.protocol) || (/^https?:\/\//i.test(entry) && !url.host.includes('*'));
}

const ORIGINS =
  'must be a comma-separated list of origins: https://app.example.com, https://*.example.com (one label, below a domain of your own), or that of an app such as capacitor://localhost';

/** Origins of web pages and of apps' pages. */
export const origins = list.refine((entries) => entries.every(isOrigin), { error: ORIGINS });

/** The same, and Android apps: what a passkey says it was used by. */
export const passkeyOrigins = list.refine(
  (entries) => entries.every((entry) => isOrigin(entry) || ANDROID_APP.test(entry)),
  { error: `${ORIGINS}, or android:apk-key-hash: and the SHA-256 of the signing certificate in base64url` },
);

/** Absolute URLs of web pages and apps. */
export const redirects = list.refine((entries) => entries.every(isRedirect), {
  error:
    'must be a comma-separated list of absolute URLs of pages or apps, without * in the host, and never javascript:, data: and the like',
});

/** Whether an entry of such a list goes over the web unencrypted, which production refuses. */
export function hasPlainHttp(value: string): boolean {
  return value.split(',').some((entry) => parsed(entry.trim())?.protocol === 'http:');
}

/**
 * Whether a relying party id is not one that browsers take from these pages (WebAuthn §5.1.3): their own domain or one above it, below
 * which nobody else can have a name.
 */
export function isForeignToRpId(rpId: string, env: Record<string, string | undefined>): boolean {
  const pages = [env.PUBLIC_URL, ...(env.WEBAUTHN_ORIGINS ?? env.CORS_ORIGINS ?? '').split(',')];
  const hosts = pages.flatMap((page) => {
    const url = parsed(page?.trim() ?? '');
    return url && WEB.includes(url.protocol) ? [url.hostname] : [];
  });
  const isAbove = (host: string) => host === rpId || host.endsWith(`.${rpId}`);
  return (rpId !== 'localhost' && isPublicSuffix(rpId)) || !hosts.every(isAbove);
}

import MimeNode from 'nodemailer/lib/mime-node';
import { encode, wrap } from 'nodemailer/lib/qp';
import { LOGO_CID } from '@app/pages';
import type { Logo, OutgoingMail } from './sender.js';

/** No line of a quoted-printable body has `=_` in it, and base64 has no `_`: no part can hold its own end. */
const PARTS = '=_parts';
const RELATED = '=_related';
const LINE = 76;

/** A header by its name, and what stands in it: text of any kind, an address with its name, or a time. */
export interface Header {
  key: string;
  value: string | Date | { name: string; address: string };
}

/**
 * A mail as it goes over the wire, without a byte that is not ASCII. Made at once: nodemailer, which writes the headers here, leads each
 * part through streams, for attachments of any size, and that costs more than all else about a mail.
 */
export function mimeOf(
  headers: Header[],
  { text, html, logo }: Pick<OutgoingMail, 'text' | 'html' | 'logo'>,
): string {
  const root = new MimeNode(`multipart/alternative; boundary="${PARTS}"`);
  for (const { key, value } of headers) root.setHeader(key, value);
  const parts = [
    written('plain', text),
    logo ? withLogo(written('html', html), logo) : written('html', html),
  ];
  return `${root.buildHeaders()}\r\n\r\n${multipart(PARTS, parts)}`;
}

function written(type: 'plain' | 'html', content: string): string {
  const body = wrap(encode(content.replace(/\r?\n/g, '\r\n')));
  return `Content-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${body}`;
}

/** The HTML beside the image that it shows: no file to be kept. */
function withLogo(html: string, { type, content }: Logo): string {
  const image = `Content-Type: ${type}
Content-ID: <${LOGO_CID}>
Content-Disposition: inline; filename=logo.${type.split('/')[1]?.split('+')[0]}
Content-Transfer-Encoding: base64

${content.match(new RegExp(`.{1,${LINE}}`, 'g'))?.join('\n')}`.replaceAll('\n', '\r\n');
  return `Content-Type: multipart/related; type="text/html"; boundary="${RELATED}"\r\n\r\n${multipart(RELATED, [html, image])}`;
}

function multipart(boundary: string, parts: string[]): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
}

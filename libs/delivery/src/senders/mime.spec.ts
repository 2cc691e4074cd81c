import PostalMime from 'postal-mime';
import { mimeOf, type Header } from './mime.js';

const SUBJECT = `Ihr Schlüssel, رمز, コード: ${'lang '.repeat(30)}.`;
const HEADERS: Header[] = [
  { key: 'From', value: { name: 'Müller, "Acme" & Co', address: 'no-reply@example.com' } },
  { key: 'To', value: { name: '', address: 'ann@exämple.com' } },
  { key: 'Subject', value: SUBJECT },
  { key: 'Message-ID', value: '<1@example.com>' },
];
/** What could be taken for something else on its way: ends of mails and of parts, ends of lines, spaces before them, long lines. */
const TEXT = `.\n.\r\n..dot\n--=_parts--\n--=_related\nFrom here\ntrailing \t\n${'long = wörd '.repeat(100)}\nコード\u{1f511}\n493027\n`;
const LOGO = { type: 'image/svg+xml', content: Buffer.alloc(5000, 7).toString('base64') };
const lines = (text = '') => text.replace(/\r\n/g, '\n').trimEnd();

describe('a mail as it goes over the wire', () => {
  it.each([
    ['without', undefined],
    ['with', LOGO],
  ])('says %s a logo what it was told, in short lines of ASCII', async (_, logo) => {
    const html = `<p>${TEXT}</p>`;
    const raw = mimeOf(HEADERS, { text: TEXT, html, ...(logo && { logo }) });
    expect(raw).toMatch(/^[\t\r\n\x20-\x7e]*$/);
    expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(Math.max(...raw.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(76);
    // Found in it as it is, in both parts.
    expect(raw.split('\r\n').filter((line) => line === '493027')).toHaveLength(2);
    const mail = await PostalMime.parse(raw);
    expect(mail).toMatchObject({ from: { name: 'Müller, "Acme" & Co' }, messageId: '<1@example.com>' });
    expect(mail.subject).toBe(SUBJECT);
    expect(lines(mail.text)).toBe(lines(TEXT));
    expect(lines(mail.html)).toBe(lines(html));
    const images = mail.attachments.map(({ mimeType, contentId, disposition, content }) => ({
      ...{ mimeType, contentId, disposition },
      content: Buffer.from(content as ArrayBuffer).toString('base64'),
    }));
    const shown = { mimeType: LOGO.type, contentId: '<logo>', disposition: 'inline', content: LOGO.content };
    expect(images).toEqual(logo ? [shown] : []);
  });

  it('lets no header begin another', () => {
    const hostile = 'x\r\nBcc: eve@example.com\nX: y';
    const raw = mimeOf(
      [
        { key: 'Subject', value: hostile },
        { key: 'From', value: { name: hostile, address: 'no-reply@example.com' } },
      ],
      { text: 'a', html: 'b' },
    );
    expect(raw).not.toMatch(/^(?:Bcc|X):/im);
  });
});

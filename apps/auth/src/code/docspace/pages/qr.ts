import { renderSVG } from 'uqr';

/** The QR code of a text, as the address of an image. */
export function qrCodeUrl(text: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(renderSVG(text, { border: 4 })).toString('base64')}`;
}

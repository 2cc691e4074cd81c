import { renderSVG } from 'uqr';

/** Quiet zone of a QR code, in modules (ISO/IEC 18004). */
const BORDER = 4;

/** The QR code of a text as an SVG; without a size it fills what it is put into. */
export function qrSvg(text: string, { width, height }: { width?: number; height?: number } = {}): string {
  const size = [width && ` width="${width}"`, height && ` height="${height}"`].filter(Boolean).join('');
  return renderSVG(text, { border: BORDER }).replace('<svg', `<svg${size}`);
}

/** The same as the address of an image. */
export function qrCodeUrl(text: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(qrSvg(text)).toString('base64')}`;
}

import type { Response } from 'express';
import type { PageDocument } from './look/layout.js';

/** An answer to a browser: a document, or where it has to go. */
export interface Page {
  status: number;
  /** As `layout` makes it; absent where the browser goes on at once. */
  document?: PageDocument;
  /** Where the browser goes at once. */
  location?: string;
  /** Where the form of the page may lead, beyond the page itself: a source of a Content Security Policy. */
  formTarget?: string;
  /** Whether images that are part of the page are shown: a QR code. */
  dataImages?: boolean;
  /** Whether scripts run that are files of this origin. None runs that is part of the page. */
  scripts?: boolean;
}

/**
 * Nothing runs and nothing is loaded but what the page says; nobody frames the page, keeps it or learns the address it was reached by, which may
 * hold a token. Its origin is told: by that `SameSiteGuard` knows our own form where a browser says nothing else.
 */
export function sendPage(response: Response, { status, location, ...page }: Page): void {
  response.status(status).set({
    'Content-Security-Policy': policyOf(page),
    'Referrer-Policy': 'strict-origin',
    'Cache-Control': 'no-store',
    'X-Frame-Options': 'DENY',
    'Content-Type': 'text/html; charset=utf-8',
    ...(location && { Location: location }),
  });
  response.send(page.document?.html ?? '');
}

function policyOf({ document, formTarget, dataImages, scripts }: Omit<Page, 'status'>): string {
  return [
    "default-src 'none'",
    ...(document ? [`style-src ${document.styleSource}`] : []),
    ...(scripts ? ["script-src 'self'"] : []),
    ...(dataImages || document?.hasLogo ? ['img-src data:'] : []),
    `form-action 'self'${formTarget ? ` ${formTarget}` : ''}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

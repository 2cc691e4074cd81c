import type { Request } from 'express';

/** Where people reach the service; no header of a request has a say in it. */
export interface DocspaceSite {
  publicUrl: string;
  /** Over https alone. */
  secure: boolean;
}

const SETTING = 'docspace site';

/** Says it, once for the application. */
export function useDocspaceSite(
  app: { set(name: string, value: unknown): unknown },
  publicUrl: string,
): void {
  app.set(SETTING, { publicUrl, secure: publicUrl.startsWith('https:') } satisfies DocspaceSite);
}

export function docspaceSite(request: Request): DocspaceSite {
  return request.app.get(SETTING) as DocspaceSite;
}

import type { ValidationPipeOptions } from '@nestjs/common';
import type { AuthError } from '@app/kernel';
import type { Request } from 'express';

export interface RenderedError {
  status: number;
  body: object;
  /** Beside those that all protocols have. */
  headers?: Record<string, string | string[]>;
}

/** How one client family speaks HTTP: everything that differs between families, and nothing else. */
export interface Protocol {
  name: string;
  /** What else belongs to this family beside the routes of its controllers: all paths at and below these, in lower case. */
  prefixes: string[];
  /** The family's words for a refusal. `Retry-After` and `Allow` are added for all of them alike. */
  renderError(error: AuthError, request?: Request): RenderedError;
  /** A body as this request is answered with it, where that is not JSON. */
  write?(body: object, request: Request): string | undefined;
  /** Whether people meet it in a browser, and are answered with a page where the browser asks for one. */
  pages?: boolean;
  /** How strict it is with what it does not know. */
  validation: ValidationPipeOptions;
  /** The body types it reads, or whether it reads a body at all; a body of any other type is malformed. */
  bodies: {
    json: string[] | (() => boolean);
    form: boolean;
    /** Forms with parts: read as `request.rawBody`, and left to the controller to take apart. */
    multipart?: boolean;
    /** Whether an unreadable body is kept as `request.bodyProblem`, for a controller that has to know the caller first. */
    late?: boolean;
  };
}

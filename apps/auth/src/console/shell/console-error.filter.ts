import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { OperatorError } from '@app/administration';
import { AuthError } from '@app/kernel';
import { markup } from '@app/pages';
import type { Request, Response } from 'express';
import { answerError } from '../../protocols/answer-error.js';
import { console } from '../../protocols/console/console.protocol.js';
import { ConsoleShell } from './console-shell.presenter.js';
import type { Visit } from './visit.js';
import { VisitPipe } from './visit.decorator.js';

/** What the console refuses: whoever has no session is led to the sign-in, and the rest is said on a page. */
@Catch()
@Injectable()
export class ConsoleErrorFilter implements ExceptionFilter {
  constructor(
    private readonly shell: ConsoleShell,
    private readonly visits: VisitPipe,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const code = thrown instanceof AuthError ? thrown.code : undefined;
    if (code === 'session_not_found') return this.shell.go(response, await this.visit(request), '/sign-in');
    if (thrown instanceof OperatorError)
      return this.say(request, response, console.renderError(thrown).status, thrown.message);
    if (code !== 'not_permitted' && code !== 'origin_refused') return answerError(console, thrown, response);
    response.locals['refused'] = code;
    const { speech } = await this.visit(request);
    const text = code === 'not_permitted' ? 'console.not_permitted' : 'console.form_over';
    return this.say(request, response, 403, speech.say(text));
  }

  private async say(request: Request, response: Response, status: number, text: string): Promise<void> {
    const visit = await this.visit(request);
    const body = markup`<p role="alert">${text}</p>`;
    this.shell.show(response, visit, { status, title: visit.speech.say('error.other'), body });
  }

  private visit(request: Request): Promise<Visit> {
    return this.visits.transform(request);
  }
}

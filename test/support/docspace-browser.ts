import { type DocspaceAnswer, DocspaceClient } from './docspace-client.js';
import type { TestApp } from './test-app.js';

type Content = DocspaceAnswer['body']['response'];

/** A client of the docspace protocol that keeps its cookies in one jar, as a browser does. */
export class DocspaceBrowser {
  readonly jar = new Map<string, string>();
  private readonly client: DocspaceClient;

  constructor(app: TestApp) {
    this.client = new DocspaceClient(app);
  }

  async call<Answer = Content>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<DocspaceAnswer<Answer>> {
    const Cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.client.call<Answer>(method, path, body, {
      ...(Cookie && { Cookie }),
      ...headers,
    });
    for (const name of answer.cleared) this.jar.delete(name);
    for (const [name, value] of Object.entries(answer.cookies)) this.jar.set(name, value);
    return answer;
  }
}

import type { OpenAPIObject } from '@nestjs/swagger';
import { DEMO } from './demo-account.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

const { email, password, orgId } = DEMO;
const CODE = '000000';

/** What is sent for the account of the demonstration, by operation. What a person has to put in its place is obvious from its name. */
const BODIES: Record<string, object> = {
  NavixyCode_signIn: { login: email, password },
  NavixyCode_verify: { code: CODE },
  DocspaceAuthentication_signIn: { userName: email, password },
  DocspaceAuthentication_verify: { userName: email, password, code: CODE },
  Attempts_signIn: { strategy: 'plain_email', email, password },
  Attempts_prepare: { signin_attempt_id: 'id of the attempt', method: 'email' },
  Attempts_verify: { signin_attempt_id: 'id of the attempt', code: CODE },
  YatToken_signIn: { email, password },
  YatToken_confirm: { refresh_token: 'refresh token of the answer before', code: CODE },
  DfnsLogin_init: { username: email, orgId },
};

const MAILBOX = 'the [mailbox](dev/mailbox)';
const step = (tag: string, operation: string, text: string) => `[${text}](#/${tag}/${operation})`;

/** How to sign in as that account, step by step, in each protocol. */
const FLOWS: Record<string, string> = {
  navixy: `Try it: ${step('navixy', 'NavixyCode_signIn', 'password')}, ${step('navixy', 'NavixyCode_verify', 'code')} from ${MAILBOX}, ${step('navixy', 'NavixySession_info', 'who I am')}. The hash is sent along by itself.`,
  docspace: `Try it: ${step('docspace', 'DocspaceAuthentication_signIn', 'password')}, ${step('docspace', 'DocspaceAuthentication_verify', 'code')} from ${MAILBOX}, ${step('docspace', 'DocspaceAuthentication_isSignedIn', 'am I signed in')}.`,
  wacht: `Try it: ${step('wacht', 'Attempts_signIn', 'password')}, ${step('wacht', 'Attempts_prepare', 'ask for a code')} with the id of the attempt, ${step('wacht', 'Attempts_verify', 'code')} from ${MAILBOX}, ${step('wacht', 'Session_session', 'session')}. The cookie is the browser’s.`,
  yat: `Try it: ${step('yat', 'YatToken_signIn', 'password')}, ${step('yat', 'YatToken_confirm', 'code')} from ${MAILBOX} with the refresh token, ${step('yat', 'YatAccount_account', 'account')}. The access token is sent along by itself.`,
  dfns: `Try it: ${step('dfns', 'DfnsLogin_init', 'challenge')}, which a key of a client signs.`,
};

/** Puts into the document of a development service what to send for its account. Before anything in it is shared. */
export function addDemo(document: OpenAPIObject): void {
  for (const operation of Object.values(document.paths).flatMap(
    (path) => Object.values(path) as Operation[],
  )) {
    const body = BODIES[operation.operationId ?? ''];
    const { content } = (operation.requestBody ?? {}) as { content?: Record<string, { example?: object }> };
    if (body) for (const type of Object.values(content ?? {})) type.example = body;
  }
  const tags = Object.entries(FLOWS).map(([name, description]) => ({ name, description }));
  document.tags = [...tags, ...(document.tags ?? [])];
}

/** In the explorer: what an answer hands out is sent along from then on. Written into its page as it stands here. */
export function keepCredential(response: { text?: string }): object {
  try {
    const body = JSON.parse(response.text ?? '') as {
      hash?: string;
      access_token?: string;
      response?: { token?: string };
    };
    const { ui } = globalThis as unknown as {
      ui: { preauthorizeApiKey(scheme: string, value: string): void };
    };
    if (body.hash) ui.preauthorizeApiKey('navixyHash', `NVX ${body.hash}`);
    if (body.access_token) ui.preauthorizeApiKey('yatBearer', body.access_token);
    if (body.response?.token) ui.preauthorizeApiKey('docspaceHeader', body.response.token);
  } catch {
    // An answer that is no JSON hands nothing out.
  }
  return response;
}

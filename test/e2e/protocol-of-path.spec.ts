import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { TestApp } from '../support/test-app.js';

type Body = Record<string, unknown> & { error?: unknown };

/** How each family is told by a refusal of it. */
const ENVELOPES: Record<string, (body: Body) => boolean> = {
  dfns: ({ error }) => typeof error === 'object' && error !== null && 'id' in error,
  docspace: ({ error }) => typeof error === 'object' && error !== null && 'hresult' in error,
  navixy: ({ success }) => success === false,
  wacht: (body) => 'session' in body,
  yat: (body) => 'fields' in body,
  plain: ({ error, statusCode }) => typeof error === 'string' && statusCode !== undefined,
};

describe('the words of a refusal', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  /** Under a method that no route has: what answers is told by the path alone. As it stands, unlike with `fetch`. */
  async function familyOf(path: string): Promise<string[]> {
    const { port } = new URL(app.url);
    const call = request({ host: '127.0.0.1', port, path, method: 'DELETE', agent: false }).end();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    const body = (await json(answer)) as Body;
    return Object.keys(ENVELOPES).filter((name) => ENVELOPES[name]?.(body));
  }

  it.each([
    ['/auth/login', 'dfns'],
    ['/auth/login/', 'dfns'],
    ['/auth/login/init', 'dfns'],
    ['/auth/login/code', 'dfns'],
    ['/auth/login/anything/at/all', 'dfns'],
    ['/auth/logout', 'dfns'],
    ['/auth/logout/', 'dfns'],
    ['/auth/recover', 'dfns'],
    ['/auth/recover/user', 'dfns'],
    ['/auth/recover/user/init', 'dfns'],
    ['/auth/recover/stop', 'dfns'],
    ['/auth/recover/anything', 'dfns'],
    ['/auth/recover//', 'dfns'],
    ['/auth/registration/code', 'dfns'],
    ['/auth/registration/x%2Fy', 'dfns'],
    ['/AUTH/Login/INIT/', 'dfns'],

    ['/api/2.0', 'docspace'],
    ['/api/2.0/', 'docspace'],
    ['/api/2.0/authentication', 'docspace'],
    ['/api/2.0/authentication/123456', 'docspace'],
    ['/api/2.0/authentication/%ZZ', 'docspace'],
    ['/api/2.0/settings/tfaapp', 'docspace'],
    ['/api/2.0/anything', 'docspace'],
    ['/API/2.0/Settings', 'docspace'],
    ['/api/2.0//authentication', 'docspace'],

    ['/v2', 'navixy'],
    ['/v2/', 'navixy'],
    ['/v2/user/auth', 'navixy'],
    ['/v2/anything', 'navixy'],
    ['/v2/auth/signin', 'navixy'],
    ['/v2/v2/user/auth', 'navixy'],
    ['/V2/User/Auth/', 'navixy'],
    ['/api-v2', 'navixy'],
    ['/api-v2/user/auth', 'navixy'],
    ['/api-v2/anything', 'navixy'],
    ['/fsm', 'navixy'],
    ['/fsm/user/get_info', 'navixy'],
    ['/FSM/anything', 'navixy'],
    ['/v2/fsm', 'navixy'],
    ['/v2/fsm/user/auth', 'navixy'],
    ['/v2/fsm/anything/', 'navixy'],
    ['/user', 'navixy'],
    ['/user//', 'navixy'],
    ['/user/auth', 'navixy'],
    ['/user/get_info?x=1', 'navixy'],
    ['/user/anything', 'navixy'],
    ['/user/a%6Eything', 'navixy'],

    ['/auth/signin', 'wacht'],
    ['/auth/SignIn/', 'wacht'],
    ['/auth/signup', 'wacht'],
    ['/auth/prepare-verification', 'wacht'],
    ['/auth/attempt-verification?x=/auth/token', 'wacht'],
    ['/auth/identifier-availability', 'wacht'],
    ['/auth/verify-magic-link', 'wacht'],
    ['/auth/forgot-password', 'wacht'],
    ['/auth/reset-password', 'wacht'],
    ['/session', 'wacht'],
    ['/session/', 'wacht'],
    ['/session/token', 'wacht'],
    ['/session/anything/', 'wacht'],
    ['/session//', 'wacht'],
    ['/deployment', 'wacht'],
    ['/DEPLOYMENT/', 'wacht'],

    ['/auth/token', 'yat'],
    ['/auth/token/', 'yat'],
    ['/auth/token/refresh', 'yat'],
    ['/auth/2fa', 'yat'],
    ['/auth/magic_link', 'yat'],
    ['/auth/magic_link/token', 'yat'],
    ['/logout', 'yat'],
    ['/Users/', 'yat'],
    ['/account', 'yat'],
    ['/account/', 'yat'],
    ['/account/2fa/backup_disable', 'yat'],
    ['/account/anything/%2F', 'yat'],

    ['/', 'plain'],
    ['/anything', 'plain'],
    ['/auth', 'plain'],
    ['/auth/', 'plain'],
    ['/auth/anything', 'plain'],
    ['/auth/loginx', 'plain'],
    ['/auth/login%2Finit', 'plain'],
    ['/auth/log%69n', 'plain'],
    ['/auth/logout/x', 'plain'],
    ['/auth/logout//', 'plain'],
    ['//auth/login', 'plain'],
    ['/auth//login', 'plain'],
    ['/auth/signin/x', 'plain'],
    ['/auth/signin//', 'plain'],
    ['/auth/token/x', 'plain'],
    ['/auth/2fa/x', 'plain'],
    ['/auth/magic_link/x', 'plain'],
    ['/auth/magic_link/token/x', 'plain'],
    ['/api', 'plain'],
    ['/api/2.0x', 'plain'],
    ['/api/2%2E0/settings', 'plain'],
    ['/api/200/settings', 'plain'],
    ['/v2x', 'plain'],
    ['/api-v2x', 'plain'],
    ['/api-v20/user/auth', 'plain'],
    ['/fsmx', 'plain'],
    ['/v2%2Fuser/auth', 'plain'],
    ['/users/x', 'plain'],
    ['/usersx', 'plain'],
    ['/user%2Fauth', 'plain'],
    ['/accounts', 'plain'],
    ['/logout/x', 'plain'],
    ['/sessions', 'plain'],
    ['/deployment/x', 'plain'],
    ['/confirm/TfaAuth', 'plain'],
    ['/magic-link', 'plain'],
    ['/reset-password', 'plain'],
    ['/health/live', 'plain'],
    ['/metrics', 'plain'],
  ])('at %s are those of %s', async (path, family) => {
    expect(await familyOf(path)).toEqual([family]);
  });
});

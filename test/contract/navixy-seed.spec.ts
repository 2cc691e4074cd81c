import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

// The examples of the protocol's own document, request by request.
describe('the published examples of the navixy protocol', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeAll(async () => {
    app = await TestApp.start();
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  let accounts = 0;
  async function pending(): Promise<{ hash: string; code: string }> {
    const email = `seed${(accounts += 1)}@example.com`;
    await app.createAccount({ email });
    return client.pending(email);
  }
  const asPublished = (action: string, hash: string, body?: string) =>
    client.send(`/v2/user/auth/code/${action}`, {
      method: 'POST',
      headers: { Authorization: `NVX ${hash}`, ...(body && { 'Content-Type': 'application/json' }) },
      body,
    });

  it('resend answers {"success": true}', async () => {
    const { hash } = await pending();
    const { status, body, headers } = await asPublished('resend', hash);
    expect([status, body]).toEqual([200, { success: true }]);
    expect(headers.get('content-type')).toContain('application/json');
  });

  it('verify answers {"success": true, "hash": <32 hex characters>}', async () => {
    const { hash, code } = await pending();
    const { status, body } = await asPublished('verify', hash, `{ "code": "${code}" }`);
    expect([status, body]).toEqual([200, { success: true, hash: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  it('verify answers 282 – Wrong authentication code', async () => {
    const { hash, code } = await pending();
    const { body } = await asPublished('verify', hash, `{ "code": "${otherThan(code)}" }`);
    expect(body).toEqual({ success: false, status: { code: 282, description: 'Wrong authentication code' } });
  });
});

import { openApi } from '../support/openapi.js';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  oneOf?: unknown[];
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
}
interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

const document = openApi<{
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}>();
const calls = Object.entries(document.paths)
  .filter(([path]) => path.startsWith('/api/2.0'))
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => [`${method.toUpperCase()} ${path}`, call] as const),
  );
const schema = (name: string) => document.components.schemas[name] as Schema;
const property = (name: string, field: string) => schema(name).properties?.[field];
const byNameOrNumber = (...names: string[]) => [
  { type: 'string', enum: names },
  { type: 'integer', enum: names.map((_, number) => number) },
];

/** What clients of this family are made from says no less. */
describe('openapi.json of the docspace calls', () => {
  it.each(calls)('%s answers each status as the same JSON under three names', (_, { responses }) => {
    for (const { content = {} } of Object.values(responses)) {
      expect(Object.keys(content)).toEqual(['application/json', 'text/json', 'text/plain']);
      expect(new Set(Object.values(content).map((each) => JSON.stringify(each.schema))).size).toBe(1);
    }
  });

  it.each(calls.filter(([, { requestBody }]) => requestBody))(
    '%s reads three names',
    (_, { requestBody }) => {
      expect(Object.keys(requestBody?.content ?? {})).toEqual([
        'application/json',
        'application/*+json',
        'text/json',
      ]);
    },
  );

  it('has the fields and statuses of the code call', () => {
    const call = document.paths['/api/2.0/authentication/{code}']?.['post'];
    expect(Object.keys(call?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '429']),
    );
    const sent = schema('DocspaceSignInRequest').properties ?? {};
    const fields = ['userName', 'password', 'passwordHash', 'provider', 'accessToken', 'serializedProfile'];
    fields.push(
      'code',
      'codeOAuth',
      'session',
      'confirmData',
      'recaptchaType',
      'recaptchaResponse',
      'culture',
    );
    expect(Object.keys(sent).sort()).toEqual(fields.sort());
    const answered = schema('DocspaceAuthentication').properties ?? {};
    const shown = ['token', 'expires', 'sms', 'phoneNoise', 'tfa', 'tfaKey', 'confirmUrl'];
    expect(Object.keys(answered).sort()).toEqual(shown.sort());
  });

  it('has members of enumerations by name or number', () => {
    expect(property('DocspaceSignInRequest', 'recaptchaType')).toMatchObject({
      oneOf: byNameOrNumber('Default', 'AndroidV2', 'iOSV2', 'hCaptcha'),
    });
    expect(property('DocspaceTfaRequest', 'type')).toMatchObject({
      oneOf: byNameOrNumber('None', 'Sms', 'App'),
    });
    const type = property('DocspaceConfirmRequest', 'type')?.oneOf as Schema[];
    expect(type.map(({ type: kind }) => kind)).toEqual(['string', 'integer']);
    expect(type[0]?.enum?.indexOf('TfaAuth')).toBe(type[1]?.enum?.at(16));
    for (const name of ['DocspaceSignInRequest', 'DocspaceTfaRequest', 'DocspaceConfirmRequest'])
      for (const field of Object.values(schema(name).properties ?? {}).filter(({ oneOf }) => oneOf))
        expect([field.type, field.enum]).toEqual([undefined, undefined]);
    expect(schema('DocspaceTfaRequest').required).toEqual(['type']);
    expect(schema('DocspaceSignInRequest').required).toBeUndefined();
  });

  it('has times and addresses by their formats', () => {
    expect(property('DocspaceAuthentication', 'expires')).toMatchObject({
      type: 'string',
      format: 'date-time',
    });
    expect(property('DocspaceAuthentication', 'confirmUrl')).toMatchObject({ type: 'string', format: 'uri' });
    expect(property('DocspaceTfaPage', 'url')).toMatchObject({ type: 'string', format: 'uri' });
  });

  it('names what a confirmation ignores', () => {
    for (const field of ['first', 'emplType', 'encEmail', 'roomId'])
      expect(property('DocspaceConfirmRequest', field)).toMatchObject({
        description: 'Ignored, whatever it is.',
      });
  });

  it('leaves the response of tfaapp/confirm out where there is no second factor, and has no 401 for a logout', () => {
    const confirm = document.paths['/api/2.0/settings/tfaapp/confirm']?.['get'];
    const name = confirm?.responses['200']?.content?.['application/json']?.schema.$ref?.split('/').at(-1);
    expect(schema(String(name)).required).not.toContain('response');
    const logout = document.paths['/api/2.0/authentication/logout']?.['post'];
    expect(Object.keys(logout?.responses ?? {})).not.toContain('401');
  });
});

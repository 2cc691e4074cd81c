import type { AuthError, AuthErrorDetails } from '@app/kernel';
import type { Protocol, RenderedError } from '../protocol.js';
import { yatErrors } from './yat.errors.js';

/** docs/protocols/yat.md: JSON whatever the content type says, and nothing minded that it does not know. */
export const yat: Protocol = {
  name: 'yat',
  prefixes: ['/account'],
  renderError: renderYatError,
  validation: { whitelist: true, transform: true },
  bodies: { json: () => true, form: false },
};

interface FieldError {
  code: string;
  message: string;
}

/** A refusal in the words of this protocol. */
export function renderYatError({ code, details }: Pick<AuthError, 'code' | 'details'>): RenderedError {
  const entry: { status: number; error: string; field?: { name: string; code: string } } = yatErrors[code];
  const { status, error, field } = entry;
  const fields = {
    ...(field && { [field.name]: [{ code: field.code, message: error }] }),
    ...fieldsOf(details, field),
  };
  return { status, body: { error, fields } };
}

/** `field`: the one that the error itself is about. */
function fieldsOf(
  { parameters = [] }: AuthErrorDetails,
  field?: { name: string; code: string },
): Record<string, FieldError[]> {
  return Object.fromEntries(
    parameters.map(({ parameter, error }) => {
      const code = parameter === field?.name ? field.code : 'invalid';
      return [parameter, [{ code, message: error }]];
    }),
  );
}

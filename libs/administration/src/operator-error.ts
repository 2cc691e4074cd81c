import { AuthError, type AuthErrorCode } from '@app/kernel';

/**
 * A refusal in words for the operator: said as it is, without a stack. `code`: which kind of refusal it is, for those who are not
 * people.
 */
export class OperatorError extends AuthError {
  constructor(sentence: string, code: AuthErrorCode = 'conflict', options?: ErrorOptions) {
    super(code, { sentence }, options);
    this.message = sentence;
  }
}

import type { SecondFactor, ShownPassword } from '@app/accounts';
import type { CaptchaKind } from '@app/captcha';
import type { IdentityProof } from '@app/identity-providers';

/** An answer of a captcha, and which of the verifier's client kinds gave it. */
export interface CaptchaAnswer {
  response: string;
  kind: CaptchaKind;
}

export interface PasswordProof {
  kind: 'password';
  login: string;
  password: ShownPassword;
  captcha?: CaptchaAnswer;
}

/** A key that we mailed. `first: false`: it is not to take an account over that waits for its owner; older clients do not say. */
export interface MailedKeyProof {
  kind: 'mailed_key';
  key: string;
  email?: string;
  first?: boolean;
}

/** What an OpenID Connect provider gave its user. */
export interface IdentityProviderProof {
  kind: 'identity';
  provider: string;
  proof: IdentityProof;
}

/** By what a person is known before the second factor. */
export type FirstProof = PasswordProof | MailedKeyProof | IdentityProviderProof;

export interface SignInRequest {
  proof: FirstProof;
  /** A language tag: for what is sent now, and for the account from its success on. */
  language?: string;
  /** The session goes with the browser. */
  transient: boolean;
}

/** A code, and whether it is in the path of the call. */
export interface ShownCode {
  code: string;
  inPath: boolean;
}

/** What a sign-in came to: a session, or the step it waits for. */
export interface SignInStep {
  factor: SecondFactor;
  /** Where the code goes. */
  phone?: string;
  /** The session, when signed in. */
  signedIn?: { token: string; expiresAt: Date; transient: boolean };
  /** Otherwise: what allows the next step without the first proof, and whether the factor has to be set up in it. */
  awaits?: { key: string; setUp: boolean; codeExpiresAt?: Date };
  /** Of an authenticator that is being set up: base32. */
  secret?: string;
}

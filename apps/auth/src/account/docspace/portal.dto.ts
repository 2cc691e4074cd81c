export class DocspaceCapabilities {
  /** @example false */
  ldapEnabled: boolean;
  /** Whether there is a provider. */
  oauthEnabled: boolean;
  /** What `provider` of a sign-in may be. @example ['corporate'] */
  providers: string[];
  /** Empty: there is no SAML. */
  ssoLabel: string;
  /** Empty: there is no SAML. */
  ssoUrl: string;
  /** @example false */
  identityServerEnabled: boolean;
}

export class DocspaceBuild {
  /** @example '0.2.0' */
  docSpace: string;
  /** The same; what older clients read. @example '0.2.0' */
  communityServer: string;
}

import { Controller, Get } from '@nestjs/common';
import { Config, VERSION } from '@app/config';
import { Limits } from '@app/throttle';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
} from '../../protocols/docspace/docspace-api.decorator.js';
import { DocspaceBuild, DocspaceCapabilities } from './portal.dto.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';

/** What clients ask of a server before they show a sign-in. */
@Controller('api/2.0')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspacePortalController {
  constructor(private readonly config: Config) {}

  /**
   * How people can sign in
   *
   * Beside a password: by the identity providers that are configured.
   */
  @Get('capabilities')
  @DocspaceAnswers(DocspaceCapabilities)
  @DocspaceErrors()
  capabilities(): DocspaceCapabilities {
    const providers = this.config.identityProviders.providers.map(({ name }) => name);
    return {
      ldapEnabled: false,
      oauthEnabled: providers.length > 0,
      providers,
      ssoLabel: '',
      ssoUrl: '',
      identityServerEnabled: false,
    };
  }

  /**
   * Which version this is
   *
   * Of the service, under the names that older and newer clients look for.
   */
  @Get('settings/version/build')
  @DocspaceAnswers(DocspaceBuild)
  @DocspaceErrors()
  build(): DocspaceBuild {
    return { docSpace: VERSION, communityServer: VERSION };
  }
}

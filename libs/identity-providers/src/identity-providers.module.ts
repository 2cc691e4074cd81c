import { Module } from '@nestjs/common';
import { IdentityProviders } from './identity-providers.js';
import { ProviderHttp } from './provider-http.js';

@Module({
  providers: [IdentityProviders, { provide: ProviderHttp, useFactory: () => new ProviderHttp() }],
  exports: [IdentityProviders],
})
export class IdentityProvidersModule {}

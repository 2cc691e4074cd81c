import { Module } from '@nestjs/common';
import { TokensModule } from '@app/tokens';
import { ForwardAuthController } from './forward-auth.controller.js';
import { IntrospectionController } from './introspection.controller.js';
import { SessionCheckService } from './session-check.service.js';

/** What services behind this one ask, and proxies in front of them: whether a credential is good. */
@Module({
  imports: [TokensModule],
  controllers: [IntrospectionController, ForwardAuthController],
  providers: [SessionCheckService],
})
export class SessionCheckModule {}

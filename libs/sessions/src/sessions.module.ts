import { Module } from '@nestjs/common';
import { RefreshRotation } from './refresh-rotation.js';
import { RefreshTokens } from './refresh-tokens.js';
import { BrowserSessions } from './browser-sessions.repository.js';
import { SessionsRepository } from './sessions.repository.js';

@Module({
  providers: [SessionsRepository, BrowserSessions, RefreshTokens, RefreshRotation],
  exports: [SessionsRepository, BrowserSessions, RefreshTokens, RefreshRotation],
})
export class SessionsModule {}

import { Module } from '@nestjs/common';
import { AdministrationModule } from '@app/administration';
import { AdminAccountsController } from './admin-accounts.controller.js';
import { AdminAccountsService } from './admin-accounts.service.js';
import { AdminCredentialsController } from './admin-credentials.controller.js';
import { AdminCredentialsService } from './admin-credentials.service.js';
import { AdminDeletionController } from './admin-deletion.controller.js';
import { AdminDeletionService } from './admin-deletion.service.js';
import { AdminExportController } from './admin-export.controller.js';
import { AdminHistoryController } from './admin-history.controller.js';
import { AdminHistoryService } from './admin-history.service.js';

/** What an operator's programs ask and do, with a key for each. */
@Module({
  imports: [AdministrationModule],
  controllers: [
    AdminAccountsController,
    AdminCredentialsController,
    AdminDeletionController,
    AdminExportController,
    AdminHistoryController,
  ],
  providers: [AdminAccountsService, AdminCredentialsService, AdminDeletionService, AdminHistoryService],
})
export class AdminModule {}

import { Global, Injectable, Module } from '@nestjs/common';
import { isOvertaken } from '@app/attempts';
import { sql, type Sql } from '@app/database';
import { organisationOf } from '@app/accounts';
import { MessageOrganisations, OvertakenMessages } from '@app/delivery';

/** A message whose attempt has been overtaken carries a code that is good for nothing: after an outage only the live one is to arrive. */
@Injectable()
class OvertakenCodes extends OvertakenMessages {
  condition(): Sql {
    return isOvertaken(sql`m.attempt_id`);
  }
}

@Injectable()
class OrganisationsOfAccounts extends MessageOrganisations {
  organisation(): Sql {
    return organisationOf(sql`m.account_id`);
  }
}

/** Global: delivery, which asks for both, knows no attempts and no accounts. */
@Global()
@Module({
  providers: [
    { provide: OvertakenMessages, useClass: OvertakenCodes },
    { provide: MessageOrganisations, useClass: OrganisationsOfAccounts },
  ],
  exports: [OvertakenMessages, MessageOrganisations],
})
export class OvertakenCodesModule {}

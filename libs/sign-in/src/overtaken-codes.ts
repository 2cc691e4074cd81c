import { Global, Injectable, Module } from '@nestjs/common';
import { isOvertaken } from '@app/attempts';
import { sql, type Sql } from '@app/database';
import { OvertakenMessages } from '@app/delivery';

/** A message whose attempt has been overtaken carries a code that is good for nothing: after an outage only the live one is to arrive. */
@Injectable()
class OvertakenCodes extends OvertakenMessages {
  condition(): Sql {
    return isOvertaken(sql`m.attempt_id`);
  }
}

/** Global: delivery, which asks for it, knows no attempts. */
@Global()
@Module({
  providers: [{ provide: OvertakenMessages, useClass: OvertakenCodes }],
  exports: [OvertakenMessages],
})
export class OvertakenCodesModule {}

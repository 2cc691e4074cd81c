import { Controller, Get } from '@nestjs/common';
import type { SentProfile } from '@app/accounts';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  NeedsDocspaceToken,
} from '../../protocols/docspace/docspace-api.decorator.js';
import { DocspacePerson } from './people.dto.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';
import { presentPerson } from './people.presenter.js';
import { profileOfHolder } from './profile.question.js';

@Controller('api/2.0/people')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspacePeopleController {
  /**
   * Who is signed in
   *
   * The account of the token. There are no others to ask for.
   */
  @Get('@self')
  @Authenticated(profileOfHolder)
  @NeedsDocspaceToken()
  @DocspaceAnswers(DocspacePerson)
  @DocspaceErrors('session_not_found')
  self(@CurrentSession() profile: SentProfile): DocspacePerson {
    return presentPerson(profile);
  }
}

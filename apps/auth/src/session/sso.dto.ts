import { Transform } from 'class-transformer';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { WachtEnvelope, WachtSession } from '../protocols/wacht/wacht-session.dto.js';
import { absentIfEmpty } from './session.dto.js';

export class WachtSsoRequest {
  /**
   * A configured provider; `_oauth` may stand behind its name.
   * @example 'example'
   */
  @IsPlainText()
  @IsString()
  @Length(1, 64)
  provider: string;

  /**
   * Where the browser goes in the end: one of the configured addresses, or the first of them when absent.
   * @example 'https://app.example.com/signed-in'
   */
  @IsPlainText()
  @Transform(absentIfEmpty)
  @IsOptional()
  @IsString()
  @Length(1, 2048)
  redirect_uri?: string;
}

class WachtSsoStart {
  /** Where the browser has to go. @example 'https://id.example.com/authorize?client_id=countersign' */
  oauth_url: string;
  session: WachtSession;
}

export class WachtSsoStartResponse extends WachtEnvelope {
  data: WachtSsoStart;
}

class WachtSsoSession extends WachtSession {
  /** Where the browser has to go. @example 'https://id.example.com/authorize?client_id=countersign' */
  oauth_url: string;
}

/** To `strategy` `sso`. */
export class WachtSsoSessionResponse extends WachtEnvelope {
  data: WachtSsoSession;
}

import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsString, Length, Matches, MaxLength, ValidateNested } from 'class-validator';
import { MayBeAbsent } from '../protocols/dfns/may-be-absent.decorator.js';
import { IsPlainText } from '../protocols/plain-text.decorator.js';
import { DfnsFirstFactor } from './dfns-login.dto.js';

const METHODS = ['POST', 'PUT', 'DELETE', 'GET'];
const LONGEST_PAYLOAD = 65_536;

export class DfnsActionInitRequest {
  /** The body of the call that is to be made, as text; empty for one without. @example '{"expiration":"2030-01-15T12:05:00Z"}' */
  @IsString()
  @MaxLength(LONGEST_PAYLOAD)
  userActionPayload: string;

  @ApiProperty({ enum: METHODS, example: 'POST' })
  @IsIn(METHODS)
  userActionHttpMethod: string;

  /** Its path. @example '/auth/credentials/code' */
  @IsString()
  @Length(1, 2048)
  @Matches(/^\//, { message: '$property must begin with a slash' })
  @IsPlainText()
  userActionHttpPath: string;

  @ApiProperty({ enum: ['Api', 'Staff'], example: 'Api', required: false })
  @MayBeAbsent()
  @IsIn(['Api', 'Staff'])
  userActionServerKind?: string;
}

export class DfnsActionRequest {
  /**
   * Of `POST /auth/action/init`.
   * @example 'pQ3sJ0p4xq7l1Yc2m8vB5w'
   */
  @IsString()
  @Length(1, 256)
  @IsPlainText()
  challengeIdentifier: string;

  @IsObject()
  @ValidateNested()
  @Type(() => DfnsFirstFactor)
  firstFactor: DfnsFirstFactor;
}

export class DfnsActionResponse {
  /** Goes as `X-DFNS-USERACTION` with the call that was signed, once. */
  userAction: string;
}

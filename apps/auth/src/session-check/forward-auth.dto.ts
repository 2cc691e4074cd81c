import { IsOptional, IsString } from 'class-validator';

export class ForwardAuthQuery {
  /** Where a browser is sent that is not signed in: an entry of `REDIRECT_URLS`. @example 'https://app.example.com/login' */
  @IsOptional()
  @IsString()
  rd?: string;
}

import { Module } from '@nestjs/common';
import { CaptchaVerifier } from './captcha-verifier.js';

@Module({ providers: [CaptchaVerifier], exports: [CaptchaVerifier] })
export class CaptchaModule {}

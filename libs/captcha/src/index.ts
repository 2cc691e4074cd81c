export { CaptchaModule } from './captcha.module.js';
export { CaptchaVerifier, type CaptchaKind } from './captcha-verifier.js';

export { BrowserLanguage, browserLanguage } from './browser-language.decorator.js';
export { languageOf, type Language } from './language.js';
export { layout } from './layout.js';
export { markup, type Markup } from './markup.js';
export { sendPage, type Page } from './page.js';
export { qrCodeUrl, qrSvg } from './qr.js';
export { SameSiteGuard } from './same-site.guard.js';

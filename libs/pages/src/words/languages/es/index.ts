import type { Catalogue } from '../../catalogue.js';
import { consolePages } from './console.js';
import { mails } from './mails.js';
import { notices } from './notices.js';
import { pages } from './pages.js';

export const sentences: Catalogue = { ...mails, ...notices, ...pages, ...consolePages };

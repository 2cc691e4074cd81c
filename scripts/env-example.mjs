// Writes .env.example from the table of variables. Run after a build: `npm run env:example`.
import { writeFileSync } from 'node:fs';
import { envExample } from '../dist/libs/config/src/index.js';

writeFileSync('.env.example', envExample());

import { gather } from './gather.js';

gather(3);

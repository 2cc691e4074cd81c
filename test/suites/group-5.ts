import { gather } from './gather.js';

gather(5);

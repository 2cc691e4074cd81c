import { DataSource } from 'typeorm';
import { readEnvironment } from '../dist/libs/config/src/index.js';
import { startEmbeddedPostgres } from '../dist/libs/database/src/index.js';
import { dataSourceOptions } from '../dist/ormconfig.js';
import { loadEnvironment } from './load-environment.mjs';

// For the command line of TypeORM alone: the service and its own command line make theirs from the same options.
loadEnvironment();
const { url, dataDir } = readEnvironment().database;

export default new DataSource(dataSourceOptions(url ?? (await startEmbeddedPostgres({ dataDir })).url));

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import '../processes/probe.js';
import { REQUEST_NUMBER } from '../processes/probe.js';
import { Replay } from './replay.js';

/** The product's statements on `node:http` and `pg`, without a framework: what is left is what the product's own code costs. */
const replay = new Replay();

createServer((request, response) => void answer(request, response)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (request.method === 'POST') await json(request);
    const body = JSON.stringify(await replay.run(Number(request.headers[REQUEST_NUMBER])));
    response.setHeader('Content-Type', 'application/json');
    response.end(body);
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
}

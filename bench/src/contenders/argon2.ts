import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { hash, verify } from '@node-rs/argon2';
import '../processes/probe.js';

/** argon2id alone, with the product's parameters: the password that comes in against one verifier, and no database. */
const PASSWORD = 'correct horse battery';
const verifier = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

createServer((request, response) => {
  void (async () => {
    if (request.method === 'POST') {
      const { password = '' } = (await json(request)) as { password?: string };
      response.statusCode = (await verify(verifier, password)) ? 200 : 401;
    }
    response.setHeader('Content-Type', 'application/json');
    response.end('{"success":true}');
  })();
}).listen(Number(process.env['PORT']), '127.0.0.1');

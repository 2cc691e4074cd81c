import { createServer } from 'node:http';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { answerCalls } from '../processes/calls.js';
import '../processes/probe.js';

/** jose alone: the signature and the times of an access token against the published keys, and nothing else. */
let keys: JWTVerifyGetKey | undefined;
answerCalls({ load: (published: JSONWebKeySet) => void (keys = createLocalJWKSet(published)) });

createServer((request, response) => {
  void (async () => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const isGood =
      keys &&
      (await jwtVerify(token, keys).then(
        () => true,
        () => false,
      ));
    response.statusCode = isGood ? 200 : 401;
    response.setHeader('Content-Type', 'application/json');
    response.end('{"success":true}');
  })();
}).listen(Number(process.env['PORT']), '127.0.0.1');

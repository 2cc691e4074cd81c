import express, { type NextFunction, type Request, type Response } from 'express';
import '../processes/probe.js';
import { REQUEST_NUMBER } from '../processes/probe.js';
import { Replay } from './replay.js';

/** The same statements on Express with its defaults, as most services of Node are written. */
const replay = new Replay();
const app = express();

app.use(express.json());
app.use((request: Request, response: Response, next: NextFunction) => {
  replay
    .run(Number(request.headers[REQUEST_NUMBER]))
    .then((answer) => response.json(answer))
    .catch(next);
});
app.listen(Number(process.env['PORT']), '127.0.0.1');

/** Entry of the screen worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { invariant } from '../../base/invariant.ts';
import { WorkerLoop } from './workerLoop.ts';
import { Progress, isWorkerData } from '../workerProtocol.ts';
import type { WorkerRequest } from '../workerProtocol.ts';

const port = parentPort;
invariant(port, 'the screen worker was started outside a worker thread');
const data: unknown = workerData;
invariant(isWorkerData(data), 'the screen worker was started without its shared memory');
const loop = new WorkerLoop({
  clock: systemClock,
  progress: new Progress(data.progress),
  post: (reply) => port.postMessage(reply),
});
port.on('message', (request: WorkerRequest) => loop.handle(request));

/** Entry of a screen worker whose screens can be brought down: `HANG` never ends, `CRASH` throws. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../../src/base/clock.ts';
import { invariant } from '../../../../src/base/invariant.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { WorkerLoop } from '../../../../src/screen/worker/workerLoop.ts';
import { Progress, isWorkerData } from '../../../../src/screen/workerProtocol.ts';
import type { WorkerRequest } from '../../../../src/screen/workerProtocol.ts';

class HostileModel extends ScreenModel {
  override write(bytes: Buffer, seq?: number): void {
    while (bytes.includes('HANG'));
    if (bytes.includes('CRASH')) throw new Error('crashed on purpose');
    super.write(bytes, seq);
  }
}

const port = parentPort;
const data: unknown = workerData;
invariant(port, 'not a worker');
invariant(isWorkerData(data), 'no shared memory');
const loop = new WorkerLoop({
  clock: systemClock,
  progress: new Progress(data.progress),
  post: (reply) => port.postMessage(reply),
  createModel: (size) => new HostileModel(size),
});
port.on('message', (request: WorkerRequest) => loop.handle(request));

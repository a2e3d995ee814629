#!/usr/bin/env node
/** The program's entry: the process -> `runCli` -> the exit status. Nothing else reads `process`. */
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { runCli } from './app.ts';
import type { Interrupt } from './context.ts';

const INTERRUPTS: readonly Interrupt[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGALRM'];

function onInterrupt(listener: (signal: Interrupt) => void): Disposable {
  for (const signal of INTERRUPTS) process.on(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const signal of INTERRUPTS) process.removeListener(signal, listener);
    },
  };
}

// The loop empties by itself once output is written: ending the process here would cut what a pipe has not taken yet.
process.exitCode = await runCli({
  argv: process.argv.slice(2),
  environment: process.env,
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  hostEntry: fileURLToPath(new URL('./host.js', import.meta.url)),
  clock: systemClock,
  cwd: () => process.cwd(),
  umask: () => process.umask(),
  onInterrupt,
});

import { defineConfig } from 'vitest/config';

/** No test waits for a fixed time; this is the net under one that waits for something that never comes. */
const TIMEOUT_MS = 60_000;

const common = { testTimeout: TIMEOUT_MS, hookTimeout: TIMEOUT_MS, retry: 0 };

function project(name: string, extra: object = {}): object {
  return { test: { ...common, name, include: [`test/${name}/**/*.test.ts`], ...extra } };
}

export default defineConfig({
  test: {
    // Tests of processes gain nothing from more workers, and lose their timing.
    maxWorkers: 2,
    reporters: ['default', './test/support/summaryReporter.ts'],
    projects: [
      project('unit'),
      project('contract'),
      project('architecture'),
      // After the others, not beside them: these start hosts and shells and watch how quick they are.
      project('integration', { globalSetup: ['./test/support/integrationSetup.ts'], sequence: { groupOrder: 1 } }),
      // Last, and on one Node only: what runs in the browser is the same with each.
      project('browser', { globalSetup: ['./test/support/integrationSetup.ts'], sequence: { groupOrder: 2 } }),
    ],
  },
});

// The steps of a case, one function each. They act on a session and put what is wrong into `context.faults`.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { honestyFaults, resultFaults, textFaults } from './verify.mjs';

/** How long a run may take when its step does not say. */
const RUN_MS = 20_000;
/** How long something may take to show on the screen. */
const SEE_MS = 10_000;
/** A call that takes so much longer than it was told to wait is a hang. */
const HANG_MS = 8_000;

/** Rejects, naming the thing, when it takes longer than `ms`. */
export async function bounded(what, ms, promise) {
  const stop = new AbortController();
  const late = sleep(ms, undefined, { signal: stop.signal }).then(
    () => Promise.reject(new Error(`${what} hangs: nothing after ${ms} ms`)),
    () => undefined,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}

function fill(text, context) {
  return typeof text === 'string' ? text.replaceAll('{work}', context.directory) : text;
}

function begin(step, context) {
  const { timeoutMs = RUN_MS, session = 'main', options = {} } = step;
  const began = performance.now();
  const text = step.own === undefined ? fill(step.run, context) : context.tool.ownMark(context.plan.shell, step.own);
  const wait = context.session(session).run(text, { timeoutMs: timeoutMs * context.patience, ...options });
  const what = `run ${JSON.stringify(text.slice(0, 60))}`;
  const run = { began, what, result: bounded(what, timeoutMs * context.patience + HANG_MS, wait) };
  run.result.catch(() => undefined); // whoever ends it hears of it
  return run;
}

async function finish(run, step, context) {
  const result = await run.result;
  const ms = performance.now() - run.began;
  const { expect, within } = step;
  const wanted = expect?.output === undefined ? expect : { ...expect, output: fill(expect.output, context) };
  const faults = step.honest === undefined ? resultFaults(result, wanted) : honestyFaults(result, wanted);
  if (step.honest !== undefined) context.notes.add(step.honest);
  if (within !== undefined && step.honest === undefined && ms > within * context.patience)
    faults.push(`took ${Math.round(ms)} ms, at most ${within} allowed`);
  context.faults.push(...faults.map((fault) => `${run.what}: ${fault}`));
  if (result.runId !== undefined && step.name !== undefined) context.runIds.set(step.name, result.runId);
}

const ACTIONS = {
  /** Types a command and waits for its end; `meanwhile` happens while it goes on, and `within` counts from its last step. */
  async run(step, context) {
    const run = begin(step, context);
    for (const one of step.meanwhile ?? []) {
      await act(one, context);
      run.began = performance.now();
    }
    await finish(run, step, context);
  },
  /** Types a command and goes on; `end` waits for it. */
  start(step, context) {
    context.runs.set(step.start, begin(step, context));
  },
  async end(step, context) {
    const run = context.runs.get(step.end);
    if (step.from === 'now') run.began = performance.now();
    context.runs.delete(step.end);
    await finish(run, step, context);
  },
  /** Waits once more for a run that a wait gave up on (`name` of its step). */
  async again(step, context) {
    const id = context.runIds.get(step.again);
    const { timeoutMs = RUN_MS, session = 'main' } = step;
    const wait = context.session(session).waitRun(id, { timeoutMs: timeoutMs * context.patience });
    const result = bounded('the second wait', timeoutMs * context.patience + HANG_MS, wait);
    await finish({ began: performance.now(), what: 'the second wait', result }, step, context);
  },
  async cancel(step, context) {
    await context.session().cancel(context.runIds.get(step.cancel));
  },
  async keys(step, context) {
    await context.session(step.session).keys([step.keys].flat());
  },
  async type(step, context) {
    await context.session(step.session).type(fill(step.type, context));
  },
  /** Waits until the screen shows a text. */
  async see(step, context) {
    const seen = await context.session(step.session).see(fill(step.see, context), SEE_MS * context.patience);
    if (!seen) throw new Error(`${JSON.stringify(step.see)} never showed; the screen: ${await context.screen()}`);
  },
  /** Waits until a file is there; says more than the screen about a command that shows nothing. */
  async file(step, context) {
    const file = path.join(context.directory, step.file);
    const deadline = performance.now() + SEE_MS * context.patience;
    while (!fs.existsSync(file)) {
      if (performance.now() > deadline) throw new Error(`the file ${step.file} never came`);
      await sleep(5);
    }
    context.faults.push(...textFaults(step.file, fs.readFileSync(file, 'utf8'), step.holds));
  },
  touch(step, context) {
    fs.writeFileSync(path.join(context.directory, step.touch), '');
  },
  async resize(step, context) {
    const [cols, rows] = step.resize;
    await context.session(step.session).resize(cols, rows);
  },
  async signal(step, context) {
    await context.session(step.session).signal(step.signal);
  },
  async destroy(step, context) {
    await context.session(step.session).destroy();
  },
  async killHost(_step, context) {
    await context.tool.killHost();
  },
  /** Runs a command from a client of its own, which is killed once `see` shows. */
  async killedClient(step, context) {
    const client = await context.session(step.session).runInClient(fill(step.killedClient, context));
    await ACTIONS.see(step, context);
    context.runIds.set(step.name, await client.kill());
  },
  async screen(step, context) {
    context.faults.push(...textFaults('the screen', await context.session(step.session).snapshot(), step.screen));
  },
  async log(step, context) {
    context.faults.push(...textFaults('the log', await context.session(step.session).log(), step.log));
  },
  /** What commands of others the tool has seen: their exit codes, in order. */
  async foreignRuns(step, context) {
    const seen = JSON.stringify(await context.session(step.session).foreignRuns());
    const wanted = JSON.stringify(step.foreignRuns);
    if (seen !== wanted) context.faults.push(`commands of others: ${seen}, expected ${wanted}`);
  },
  async open(step, context) {
    await context.open(step.open);
  },
  /** For the few things that only time tells: that something does not happen. */
  async pause(step) {
    await sleep(step.pause);
  },
};

/** Does one step: the one that its first key with a meaning names. Throws when the case cannot go on. */
export async function act(step, context) {
  const name = Object.keys(step).find((one) => Object.hasOwn(ACTIONS, one));
  if (name === undefined) throw new Error(`no step is called ${Object.keys(step).join(', ')}`);
  await ACTIONS[name](step, context);
}

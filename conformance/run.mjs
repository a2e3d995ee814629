// Scores a tool that runs commands in live shells: every way a command can end, in every shell. `node conformance/run.mjs --help`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findAdapter } from './adapters/all.mjs';
import { readArguments, USAGE } from './lib/arguments.mjs';
import { runLong } from './lib/long.mjs';
import { perform } from './lib/perform.mjs';
import { makePlans } from './lib/plan.mjs';
import { draw, inParallel, seeded } from './lib/pool.mjs';
import { asJson, asMarkdown, asText, figures } from './lib/report.mjs';

/** The tools of one run of the suite, and the directory that all of it lies in. */
class Surroundings {
  #tools = new Set();

  constructor(adapter, options) {
    Object.assign(this, { adapter, options });
    this.scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'conformance-')));
  }

  async open() {
    const tool = await this.adapter.open({ scratch: this.scratch, torture: this.options.torture });
    this.#tools.add(tool);
    return tool;
  }

  async closeTool(tool) {
    this.#tools.delete(tool);
    await tool.close();
  }

  async close() {
    for (const tool of this.#tools) await this.closeTool(tool);
    // What a killed host left may still write for a moment.
    fs.rmSync(this.scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** One tool for all cases, but one of its own for a case that ends its tool. */
async function runPlan(plan, shared, surroundings) {
  const { options, scratch } = surroundings;
  const isOwn = plan.ownHost && plan.notApplicable === undefined;
  const tool = isOwn ? await surroundings.open() : shared;
  try {
    return await perform(plan, { tool, scratch, patience: options.patience });
  } finally {
    if (isOwn) await surroundings.closeTool(tool);
  }
}

/** All plans, the timed ones alone at the end. */
async function runPlans(plans, shared, surroundings) {
  const one = async (plan) => {
    const result = await runPlan(plan, shared, surroundings);
    if (result.status !== 'n/a') process.stderr.write(result.status === 'pass' ? '.' : 'F');
    return result;
  };
  const isAlone = (plan) => plan.alone === true;
  const together = plans.filter((plan) => !isAlone(plan));
  const results = [
    ...(await inParallel(together, surroundings.options.jobs, one)),
    ...(await inParallel(plans.filter(isAlone), 1, one)),
  ];
  process.stderr.write('\n');
  const found = new Map(results.map((result) => [`${result.id} ${result.shell}`, result]));
  return plans.map(({ id, shell }) => found.get(`${id} ${shell}`));
}

async function runAll(surroundings) {
  const { options } = surroundings;
  if (options.torture !== undefined) console.log(`torture: --torture ${options.torture}`);
  const shared = await surroundings.open();
  const { about } = shared;
  if (options.long) return { about, results: await runLong(shared, options, surroundings.scratch) };
  const all = makePlans(options);
  const runnable = all.filter((plan) => plan.notApplicable === undefined);
  const plans = options.draw === undefined ? all : draw(runnable, options.draw, seeded(options.seed));
  const results = [];
  for (let repeat = 1; repeat <= options.repeat; repeat++) {
    const round = await runPlans(plans, shared, surroundings);
    results.push(...round.map((result) => Object.assign(result, { repeat })));
  }
  return { about, results };
}

/** Runs the suite with the options of `readArguments`. Gives {about, results}. Whoever stops it finds nothing left behind. */
async function runSuite(options) {
  const surroundings = new Surroundings(await findAdapter(options.adapter), options);
  const stop = async (signal) => {
    await surroundings.close();
    process.exit(128 + os.constants.signals[signal]);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, (name) => void stop(name));
  try {
    return await runAll(surroundings);
  } finally {
    await surroundings.close();
  }
}

async function main(words) {
  const options = readArguments(words);
  if (options.help) return console.log(USAGE);
  if (options.list) {
    for (const { id, shell, title, notApplicable } of makePlans(options))
      console.log(`${id} ${shell}: ${notApplicable === undefined ? title : `n/a: ${notApplicable}`}`);
    return;
  }
  const began = performance.now();
  const { about, results } = await runSuite(options);
  const what = { shells: options.shells, about, seed: options.torture };
  console.log(asText(results, what));
  console.log(`took ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (options.json !== undefined) fs.writeFileSync(options.json, asJson(results, what));
  if (options.markdown !== undefined) fs.writeFileSync(options.markdown, asMarkdown(results, what));
  const { failed, total } = figures(results);
  if (total === 0) throw new Error('no case was run');
  process.exitCode = failed === 0 ? 0 : 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

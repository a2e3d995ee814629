// One plan with one tool: a user's home, a session, the steps, and what is looked at when they are done.
import fs from 'node:fs';
import path from 'node:path';
import { act, bounded } from './steps.mjs';
import { resultFaults, show, textFaults } from './verify.mjs';
import { homeFaults, makeHome } from './userHome.mjs';

/** No case takes so long. */
const CASE_MS = 90_000;

class Context {
  faults = [];
  runs = new Map();
  runIds = new Map();
  /** Why a shell makes a right result impossible, where the case says so. */
  notes = new Set();
  #sessions = new Map();

  constructor({ plan, tool, directory, patience }) {
    Object.assign(this, { plan, tool, directory, patience });
  }

  session(name = 'main') {
    return this.#sessions.get(name);
  }

  async open(name = 'main') {
    const { plan, directory } = this;
    const env = makeHome(path.join(directory, 'home'), plan.files, plan.env);
    const { shell, cols, rows } = plan;
    this.#sessions.set(name, await this.tool.start({ shell, cols, rows, env, cwd: directory }));
  }

  async screen() {
    return show(await this.session()?.snapshot());
  }

  async close() {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }
}

/** The session is as usable as before. */
async function stillThere(context) {
  const run = context.session().run('echo still there', { timeoutMs: 20_000 * context.patience });
  const result = await bounded('the run after the case', 30_000 * context.patience, run);
  // Some shells put notices of their own around a command's output: of jobs that ended, of what they read.
  const faults = resultFaults(result, { output: { has: 'still there\n' } });
  context.faults.push(...faults.map((fault) => `the next run: ${fault}`));
}

/** What nobody may find in what the tool keeps of the session. */
async function traces(context) {
  const session = context.session();
  const lacks = [...context.tool.traces, ...context.plan.absent];
  const places = { log: await session.log(), snapshot: await session.snapshot(), recording: await session.recording() };
  for (const [place, text] of Object.entries(places))
    context.faults.push(...textFaults(`the ${place}`, text, { lacks }));
}

async function steps(context) {
  const { plan } = context;
  await context.open();
  for (const step of plan.steps) await act(step, context);
  if (plan.after && !plan.ends) await stillThere(context);
  if (!plan.ends && plan.traces) await traces(context);
  context.faults.push(...homeFaults(path.join(context.directory, 'home'), plan.files));
}

/** Carries a plan out. Gives {status: pass|fail|n/a, reason, faults, ms}. `patience` multiplies every bound of time. */
export async function perform(plan, { tool, scratch, patience }) {
  const about = { id: plan.id, title: plan.title, shell: plan.shell };
  const lacking = plan.can?.find((ability) => !tool.abilities.has(ability));
  const reason = plan.notApplicable ?? (lacking === undefined ? undefined : `the tool does not have: ${lacking}`);
  if (reason !== undefined) return { ...about, status: 'n/a', reason, notes: [], faults: [], ms: 0 };
  const directory = fs.mkdtempSync(path.join(scratch, `${plan.id}-${plan.shell}-`));
  const context = new Context({ plan, tool, directory, patience });
  const began = performance.now();
  try {
    await bounded('the case', CASE_MS * patience, steps(context));
  } catch (error) {
    context.faults.push(error instanceof Error ? error.message : String(error));
  }
  try {
    await bounded('closing', 20_000, context.close());
  } catch (error) {
    context.faults.push(error instanceof Error ? error.message : String(error));
  }
  const status = context.faults.length > 0 ? 'fail' : 'pass';
  const ms = Math.round(performance.now() - began);
  return { ...about, status, notes: [...context.notes], faults: context.faults, ms };
}

// `npm run demo`: the product's main job on real input. A session in a home of its own, this project's own unit tests run in
// it, a command that fails, the screen, the end. Prints what it types and what came back; ends with 1 when anything is not
// as it has to be, and leaves no process and no file behind.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, isFresh } from './build.mjs';
import { inRoot, ROOT } from './project.mjs';
import { setup } from './setup.mjs';

const CLI = inRoot('dist', 'cli.js');
/** A real test run: a folder of this project's own unit tests, as plain lines. */
const TEST_COMMAND =
  'CI=true node_modules/.bin/vitest run --project unit test/unit/base --reporter=verbose --reporter=./test/support/summaryReporter.ts';

class Mismatch extends Error {}

function expect(holds, what) {
  if (!holds) throw new Mismatch(what);
}

function caption(text) {
  console.log(`\n# ${text}`);
}

function shellQuoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Runs the CLI with its output shown as it comes. Resolves with its exit status and standard output. */
function agentTty(home, args, { show = true } = {}) {
  if (show) console.log(`$ agent-tty ${args.map(shellQuoted).join(' ')}`);
  return new Promise((resolve, reject) => {
    const env = { ...process.env, AGENT_TTY_HOME: home };
    const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      if (show) process.stdout.write(text);
    });
    child.stderr.on('data', (bytes) => process.stderr.write(bytes));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout }));
  });
}

/** Runs the CLI with `--json` and gives the result of its envelope. */
async function result(home, args) {
  const { status, stdout } = await agentTty(home, [...args, '--json']);
  const envelope = JSON.parse(stdout);
  expect(status === 0 && envelope.ok === true, `${args[0]} --json must succeed, it ended with ${status}`);
  return envelope.result;
}

async function tour(home) {
  caption('A session: a shell on a terminal of its own, kept by a host in the background.');
  const created = await result(home, ['create', '--name', 'demo', '--shell', 'bash', '--cols', '100', '--rows', '24']);
  expect(typeof created.sessionId === 'string', 'create must give a sessionId');

  caption("A real command in it: some of this project's own unit tests. The exit status is the command's.");
  const tests = await agentTty(home, ['run', 'demo', TEST_COMMAND, '--wait']);
  console.log(`[exit status ${tests.status}]`);
  expect(tests.status === 0, `the unit tests must pass, the run ended with ${tests.status}`);
  expect(/^[1-9]\d* passed, 0 failed/m.test(tests.stdout), 'the output must hold the summary of the tests');

  caption('A command that fails, as data: how it ended, with which code, on what evidence, with what output.');
  const failed = await result(home, ['run', 'demo', 'ls /no/such/place; (exit 42)', '--wait']);
  const { outcome, exitCode, durationMs, evidence, confidence, output } = failed;
  console.log(
    `[${outcome}, exit code ${exitCode}, ${Math.round(durationMs)} ms, ${evidence.join(' + ')}: ${confidence}]`,
  );
  expect(outcome === 'finished' && exitCode === 42, `the exit code must be 42, it was ${exitCode}`);
  expect(confidence === 'certain', `the verdict must be certain, it was ${confidence}`);
  expect(output.includes('/no/such/place'), 'the output must be that of ls');

  caption('The same shell goes on: what the last command left is still there.');
  const kept = await agentTty(home, ['run', 'demo', 'echo "the command before ended with $?"', '--wait']);
  expect(kept.stdout.trim() === 'the command before ended with 42', '$? must be the one of the command before');

  caption('What a person would see on the terminal now.');
  const screen = await agentTty(home, ['snapshot', 'demo']);
  expect(
    screen.status === 0 && screen.stdout.includes('the command before ended with 42'),
    'the screen must show the last output',
  );

  caption('The shortest way: one command in a session of its own, gone afterwards.');
  const once = await agentTty(home, ['run', '--wait', '--', 'sh', '-c', 'echo "a terminal: $(tty)"; exit 7']);
  console.log(`[exit status ${once.status}]`);
  expect(
    once.status === 7 && once.stdout.includes('a terminal: /dev/'),
    'the one-shot form must give exit status 7 and run on a terminal',
  );

  caption('The end: the session with every process in it, then the host.');
  const destroyed = await result(home, ['destroy', 'demo']);
  expect(destroyed.destroyed === true, 'destroy must leave no process');
  const stopped = await agentTty(home, ['host', 'stop']);
  expect(stopped.status === 0, `host stop must succeed, it ended with ${stopped.status}`);
}

/** Processes whose command line names the home. Empty where there is no /proc. */
function processesOf(home) {
  if (!fs.existsSync('/proc/self/cmdline')) return [];
  return fs.readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(home);
    } catch {
      return false; // it ended in the meantime
    }
  });
}

async function demo() {
  if (setup() !== 0) return 1;
  if (!isFresh() && (await build()) !== 0) return 1;
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-demo-'));
  let exitCode = 0;
  try {
    await tour(home);
  } catch (error) {
    console.error(error instanceof Mismatch ? `\ndemo: ${error.message}` : error);
    exitCode = 1;
    await agentTty(home, ['host', 'stop', '--force'], { show: false });
  }
  const left = processesOf(home);
  if (left.length > 0) {
    console.error(`demo: processes left behind: ${left.join(', ')}; their home ${home} is kept`);
    return 1;
  }
  fs.rmSync(home, { recursive: true, force: true });
  if (exitCode === 0) console.log('\ndemo: everything was as it has to be; nothing is left behind');
  return exitCode;
}

process.exitCode = await demo();

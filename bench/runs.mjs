// Many runs in one session, over one connection of the library: whether each result is right, what a run costs beside what
// the shell itself takes for the same commands, and what of them stays in the host's memory.
//
// AGENT_TTY_BENCH_RUNS says how many (2,000), AGENT_TTY_BENCH_SHELLS in which shells (bash).
import fs from 'node:fs';
import path from 'node:path';
import { withHome } from './home.mjs';
import { mib, ms, ownMiB, quantile, times } from './measure.mjs';

const RUNS = Number(process.env.AGENT_TTY_BENCH_RUNS ?? 2_000);
const SHELLS = (process.env.AGENT_TTY_BENCH_SHELLS ?? 'bash').split(',');
/** Runs before memory is taken for the first time: code is compiled and tables are filled by then. */
const WARM_RUNS = Math.min(500, RUNS >> 1);
/**
 * Runs over which memory is taken, after the warm-up and again at the end. Each of the host's two heaps takes 8 MiB more before it
 * is collected, whatever it holds, so that one look tells more of when it was taken than of what stays: 2,000 runs see
 * both of them full and collected.
 */
const WATCHED_RUNS = Math.max(1, Math.min(2_000, (RUNS - WARM_RUNS) >> 1));
/** Runs from one look at the host's memory to the next; few runs get looks too. */
const LOOK_EVERY = Math.max(1, Math.floor(WATCHED_RUNS / 80));
/** Runs of the shell alone: its figures are steady, and each round of them is compared with the runs around it. */
const PLAIN_RUNS = 500;
/** Most that the host may grow by, after the warm-up. */
const MAX_GROWTH_MIB = 10;

export const title = `${RUNS} runs in one session, against the shell alone`;

/** What run `n` is, and what must come of it. */
function sample(n) {
  if (n % 3 === 1) return { command: `(exit ${n % 100})`, exitCode: n % 100, output: '' };
  if (n % 3 === 2) return { command: `echo ${n}`, exitCode: 0, output: `${n}\n` };
  return { command: 'true', exitCode: 0, output: '' };
}

/** fish has no subshells, and `exit` ends it. */
function sampleFor(shell, n) {
  const wanted = sample(n);
  if (shell !== 'fish' || !wanted.command.startsWith('(')) return wanted;
  return { ...wanted, command: `sh -c 'exit ${wanted.exitCode}'` };
}

async function runMany({ session, shell, pid }) {
  const taken = { cycle: [], host: [] };
  const memory = { early: [], late: [] };
  for (let n = 0; n < RUNS; n++) {
    if (n % LOOK_EVERY === 0) {
      if (n >= WARM_RUNS && n < WARM_RUNS + WATCHED_RUNS) memory.early.push(ownMiB(pid));
      if (n >= RUNS - WATCHED_RUNS) memory.late.push(ownMiB(pid));
    }
    const wanted = sampleFor(shell, n);
    const from = performance.now();
    const { outcome, exitCode, output, durationMs, confidence } = await session.run(wanted.command);
    const wall = performance.now() - from;
    if (outcome !== 'finished' || exitCode !== wanted.exitCode || output !== wanted.output)
      throw new Error(`run ${n} of ${wanted.command}: ${JSON.stringify({ outcome, exitCode, output, confidence })}`);
    if (wanted.command !== 'true') continue;
    taken.cycle.push(wall);
    taken.host.push(durationMs);
  }
  return { ...taken, memory };
}

/** What the host held early and late, from its lowest to its highest, and by how much the median grew. */
function memoryCells({ early, late }) {
  const span = (values) => `${mib(Math.min(...values))} to ${mib(Math.max(...values))}`;
  const growth = quantile(late, 0.5) - quantile(early, 0.5);
  return {
    'host held': span(early),
    'at the end': span(late),
    'median grew': mib(growth) + (growth > MAX_GROWTH_MIB ? '!' : ''),
  };
}

/** What a shell without start-up files is started with, and what it prints when it reads the next line. */
const PLAIN = {
  bash: { argv: ['bash', '--norc', '--noprofile', '-i'], prompt: /\u001b\[\?2004h/ },
  zsh: { argv: ['zsh', '-f', '-i'], prompt: /\u001b\[\?2004h/ },
  // it draws its prompt, goes back to the line's start and then to the end of the prompt
  fish: { argv: ['fish', '--no-config', '-i'], prompt: /\r\u001b\[\d+C$/ },
  dash: { argv: ['dash', '-i'], prompt: /\$ $/ },
};

/** The same loop without a host: `true` typed at the prompt of a shell of its own, until the prompt is there again. */
async function runPlain(shell, { env, directory }) {
  const { default: pty } = await import('node-pty');
  const { argv, prompt } = PLAIN[shell];
  const status = shell === 'fish' ? '$status' : '$?';
  const terminal = pty.spawn(argv[0], argv.slice(1), {
    cols: 80,
    rows: 24,
    cwd: directory,
    env: { ...env, PS1: '$ ' },
  });
  const taken = [];
  let text = '';
  let look = () => {};
  terminal.onData((data) => {
    text += data;
    if (text.length > 65_536) text = text.slice(-32_768);
    // fish and the like ask what the terminal can do and wait for the answer
    if (data.includes('\u001b[c')) terminal.write('\u001b[?62;c');
    look();
  });
  const seen = (after, mark) =>
    new Promise((resolve, reject) => {
      const bound = setTimeout(() => reject(new Error(`${shell} alone said nothing: ${JSON.stringify(text)}`)), 10_000);
      look = () => {
        const at = mark === undefined ? after : text.search(mark);
        if (at === -1 || !prompt.test(text.slice(at))) return;
        clearTimeout(bound);
        look = () => {};
        resolve();
      };
      look();
    });
  try {
    await seen(0);
    for (let n = 0; n < PLAIN_RUNS; n++) {
      text = '';
      const from = performance.now();
      terminal.write(`true; echo "[${status}:${n}]"\r`);
      await seen(0, new RegExp(`\\[\\d+:${n}\\]`));
      taken.push(performance.now() - from);
    }
  } finally {
    terminal.kill('SIGKILL');
  }
  return taken;
}

/** Everything about one shell, as rows. */
async function measureShell(shell, { env, directory, cli, create }) {
  const { connect } = await import('../dist/index.js');
  create('warm');
  const { pid } = cli('host', 'status');
  // A fish that finds none reads all manual pages for completions, beside the first runs of its user.
  fs.mkdirSync(path.join(directory, '.local/share/fish/generated_completions'), { recursive: true });
  const client = await connect({ home: directory, environment: env });
  try {
    const session = await client.create({ shell, cwd: directory });
    const before = await runPlain(shell, { env, directory });
    const runs = await runMany({ session, shell, pid });
    const plain = [...before, ...(await runPlain(shell, { env, directory }))];
    const base = quantile(plain, 0.5);
    const row = (name, values) => {
      const [middle, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
      return { name: `${shell}, ${name}`, median: ms(middle), p99: ms(p99), ratio: times(middle, base) };
    };
    return [
      row('the shell alone', plain),
      row('typed to settled', runs.host),
      { ...row('call to reply', runs.cycle), ...memoryCells(runs.memory) },
    ];
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

export async function measure() {
  const rows = [];
  for (const shell of SHELLS) rows.push(...(await withHome((home) => measureShell(shell, home))));
  return rows;
}

// What the runner may be told.
import { parseArgs } from 'node:util';
import { SHELLS } from './plan.mjs';

export const USAGE = `node conformance/run.mjs [options]

  --shell NAME      only this shell (${SHELLS.join(', ')}); may be given several times
  --case TEXT       only cases whose id holds TEXT; may be given several times
  --adapter NAME    the tool: agent-tty (default), agent-tty-cli, plain, or the path of a module
  --repeat N        everything N times (default 1)
  --jobs N          so many cases at a time (default 4)
  --patience X      multiplies every bound of time (default 1)
  --json FILE       writes a report for programs
  --markdown FILE   writes a report for people
  --torture [SEED]  the tool gets the output of programs in torn pieces, late; the seed is printed
  --draw N          only N cells of the table, drawn by the seed
  --long            10,000 runs in one session of each shell instead of the cases
  --list            names the cases and runs nothing
`;

function number(name, text, least) {
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new Error(`--${name} must be a number of at least ${least}, got ${text}`);
}

/** The options of a command line. Throws an Error with one sentence for what cannot be meant. */
export function readArguments(words) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const list = { type: 'string', multiple: true };
  // `--torture` may stand without a seed.
  const spelled = words.flatMap((word, at) =>
    word === '--torture' && !/^\d+$/.test(words[at + 1] ?? '')
      ? ['--torture', String(Math.floor(Math.random() * 2 ** 31))]
      : [word],
  );
  const { values } = parseArgs({
    args: spelled,
    options: {
      shell: list,
      case: list,
      adapter: text,
      repeat: text,
      jobs: text,
      patience: text,
      json: text,
      markdown: text,
      torture: text,
      draw: text,
      seed: text,
      long: flag,
      list: flag,
      help: flag,
    },
  });
  const shells = values.shell ?? SHELLS;
  const unknown = shells.find((shell) => !SHELLS.includes(shell));
  if (unknown !== undefined) throw new Error(`no shell ${unknown}; there are ${SHELLS.join(', ')}`);
  const torture = values.torture === undefined ? undefined : number('torture', values.torture, 0);
  return {
    shells,
    names: values.case ?? [],
    adapter: values.adapter ?? 'agent-tty',
    repeat: number('repeat', values.repeat ?? '1', 1),
    jobs: number('jobs', values.jobs ?? '4', 1),
    patience: number('patience', values.patience ?? (torture === undefined ? '1' : '5'), 0.1),
    json: values.json,
    markdown: values.markdown,
    torture,
    draw: values.draw === undefined ? undefined : number('draw', values.draw, 1),
    seed: values.seed === undefined ? (torture ?? 1) : number('seed', values.seed, 0),
    long: values.long === true,
    list: values.list === true,
    help: values.help === true,
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContextPiece, ContextScanner } from '../../../../src/host/run/contexts.ts';
import { OSC_3008 } from '../../../../src/host/run/sources/osc3008.ts';
import { atPrompt, Bench, mark } from '../../../support/runBench.ts';

const ST = '\u001b\\';
const ID = '0e7a37e1-6f6c-4f0e-9d6c-2b2b6a3ff5a1';
const SHELL = `\u001b]3008;start=5d1fb2c0;user=me;hostname=far;machineid=3deb5353d3ba43d08201c136a47ead7b;pid=1062;type=shell;cwd=/tmp\\x3b${ST}`;
const START = `\u001b]3008;start=${ID};user=me;hostname=far;pid=1062;type=command;cwd=/tmp${ST}`;
const end = (fields: string): string => `\u001b]3008;end=${ID};${fields}${ST}`;

/** What a login shell under systemd prints for one command, as recorded. */
const STREAM = `${SHELL}\u001b[?2004hfar$ ls\r\n\u001b[?2004l${START}a  b\r\n${end('exit=success')}${SHELL}far$ `;

function pieces(bytes: Buffer, cuts: readonly number[]): ContextPiece[] {
  const scanner = new ContextScanner();
  const found: ContextPiece[] = [];
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    found.push(...scanner.feed(bytes.subarray(from, cut)));
    from = cut;
  }
  const rest = scanner.flush();
  if (rest.length > 0) found.push({ kind: 'output', bytes: rest });
  return found;
}

/** Pieces as short text, adjacent output joined. */
function described(found: readonly ContextPiece[]): string[] {
  const lines: string[] = [];
  let output = '';
  for (const piece of found) {
    if (piece.kind === 'output') output += piece.bytes.toString('latin1');
    else {
      if (output !== '') lines.push(output);
      output = '';
      lines.push(`${piece.context.kind} ${piece.context.id} ${[...piece.context.fields.keys()].join()}`);
    }
  }
  return output === '' ? lines : [...lines, output];
}

describe('the scanner of contexts', () => {
  it('finds them with their fields, and keeps every byte', () => {
    const found = pieces(Buffer.from(STREAM), []);
    expect(described(found)).toEqual([
      'start 5d1fb2c0 user,hostname,machineid,pid,type,cwd',
      '\u001b[?2004hfar$ ls\r\n\u001b[?2004l',
      `start ${ID} user,hostname,pid,type,cwd`,
      'a  b\r\n',
      `end ${ID} exit`,
      'start 5d1fb2c0 user,hostname,machineid,pid,type,cwd',
      'far$ ',
    ]);
    const bytes = found.map((piece) => (piece.kind === 'output' ? piece.bytes : piece.raw));
    expect(Buffer.concat(bytes).toString()).toBe(STREAM);
  });

  it('finds the same for any split of the bytes', () => {
    const bytes = Buffer.from(
      `${STREAM}\u001b]3008;begin=1${ST}\u001b]3008;start=\u0007\u001b]3008;end=a;x${STREAM}\u001b]30`,
    );
    const whole = described(pieces(bytes, []));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        expect(described(pieces(bytes, cuts))).toEqual(whole);
      }),
    );
  });

  it('takes what is none for output, and holds no more than a sequence may have', () => {
    const none = [
      '\u001b]3008;start=\u001b\\',
      `\u001b]3008;start=${'x'.repeat(65)}\u0007`,
      '\u001b]3008;a\nb\u0007',
      '\u001b]300;x\u0007',
    ];
    expect(described(pieces(Buffer.from(none.join('')), []))).toEqual([none.join('')]);
    const scanner = new ContextScanner();
    const endless = Buffer.from(`\u001b]3008;start=a;cwd=${'x'.repeat(5_000)}`);
    expect(scanner.feed(endless)).toEqual([{ kind: 'output', bytes: endless }]);
  });
});

/** A shell far away at its prompt; it has no hooks of ours. */
function farShell(): Bench {
  const bench = new Bench(OSC_3008);
  bench.feed(`${SHELL}far$ `);
  bench.flush();
  bench.log.length = 0;
  return bench;
}

describe('a run at a shell that prints contexts', () => {
  it.each([
    ['exit=success', 'finished', 0],
    ['exit=failure;status=42', 'finished', 42],
    ['exit=crash;status=139;signal=SIGSEGV', 'finished', 139],
    ['exit=interrupt;signal=SIGINT', 'interrupted', 130],
    ['exit=crash;signal=SIGKILL', 'finished', 137],
    // The script of systemd gives the status less 127.
    ['exit=interrupt;signal=3', 'interrupted', 130],
    ['exit=interrupt;signal=0', 'finished', 127],
    ['exit=failure', 'finished', null],
  ])('ends by %s: %s, %s', async (fields, outcome, exitCode) => {
    const bench = farShell();
    const { runId, bytes } = bench.type('make');
    expect(bytes).toBe('make\r');
    bench.feed(`make\r\n${START}out\r\n${end(fields)}${SHELL}far$ `);
    expect(await bench.wait(runId)).toMatchObject({
      end: { outcome, exitCode, evidence: ['osc3008'], confidence: 'likely' },
    });
    expect(bench.coordinator.result(runId, 100)?.output).toBe('out\n');
    bench.flush();
    expect(bench.log).toEqual([
      'input_run',
      `output ${JSON.stringify(`make\r\n${START}`)}`,
      'run_started',
      'output "out\\r\\n"',
      `run_complete ${outcome} ${exitCode} seq 0`,
      `output ${JSON.stringify(`${end(fields)}${SHELL}far$ `)}`,
    ]);
  });

  it('is rejected when the shell closes a line that it never began', async () => {
    const bench = farShell();
    const { runId } = bench.type('if; fi');
    bench.feed(`if; fi\r\nsyntax error\r\n${end('exit=failure;status=2')}${SHELL}`);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'rejected', exitCode: 2, confidence: 'likely' } });
  });

  it('is lost when the next prompt comes without an end', async () => {
    const bench = farShell();
    const { runId } = bench.type('x');
    bench.feed(`${START}out${SHELL}`);
    expect(await bench.wait(runId)).toMatchObject({
      end: { outcome: 'lost', confidence: 'guess', evidence: ['osc3008'] },
    });
  });

  it('is not ended by contexts of others', () => {
    const bench = farShell();
    const { runId } = bench.type('x');
    bench.feed(
      `${START}\u001b]3008;start=other;type=command${ST}\u001b]3008;end=other;exit=success${ST}\u001b]3008;end=shell-of-another${ST}`,
    );
    expect(bench.coordinator.view(runId)?.state).toBe('started');
  });

  it('knows when the shell waits, until another shell speaks', () => {
    const bench = atPrompt();
    expect(bench.coordinator.contextShellAtPrompt).toBe(false);
    bench.feed(SHELL);
    expect(bench.coordinator.contextShellAtPrompt).toBe(true);
    bench.feed(START);
    expect(bench.coordinator.contextShellAtPrompt).toBe(false);
    bench.feed(`${SHELL}${mark('D;1;0')}`);
    expect(bench.coordinator.contextShellAtPrompt).toBe(false);
  });

  it('takes no command that would need a file on the other machine', () => {
    expect(() => farShell().type('echo \u0001')).toThrow('may be on another machine');
  });
});

describe('contexts while a run with hooks is under way', () => {
  it('change nothing', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('x');
    bench.feed(`${end('exit=failure;status=9')}${mark('C;1')}${START}${end('exit=failure;status=9')}${SHELL}`);
    expect(bench.coordinator.view(runId)?.state).toBe('started');
    bench.feed(mark('D;1;0'));
    expect(await bench.wait(runId)).toMatchObject({ end: { exitCode: 0, evidence: ['hook_mark'] } });
  });
});

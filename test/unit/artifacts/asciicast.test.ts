import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AsciicastEncoder, type AsciicastOptions } from '../../../src/artifacts/asciicast.ts';
import { encodeBytes } from '../../../src/eventlog/outputBytes.ts';
import type { LogEvent } from '../../../src/protocol/events.ts';
import { type Cast, outputOf, parseCast } from './cast.ts';

const STARTED = { sessionId: 'x', command: ['bash', '-c', "echo 'hi'"], cols: 20, rows: 4, term: 'xterm-256color' };
type Line = readonly [t: number, type: string, payload: Record<string, unknown>];

function log(lines: readonly Line[], ts = '2026-01-02T03:04:05.678Z'): LogEvent[] {
  const all: Line[] = [[0, 'session_started', STARTED], ...lines];
  return all.map(([t, type, payload], seq) => ({ seq, ts, t, type, payload, h: '' }));
}

function encode(
  events: readonly LogEvent[],
  options: AsciicastOptions = {},
): { cast: Cast; text: string } & AsciicastEncoder['counts'] {
  const encoder = new AsciicastEncoder(options);
  const [first] = events;
  let text = first === undefined ? '' : (encoder.header(first) ?? '');
  for (const event of events) text += encoder.feed(event);
  text += encoder.end();
  return { cast: parseCast(text), text, ...encoder.counts };
}

const out = (t: number, data: string): Line => [t, 'output', { data }];
const RUN = { runId: 'S.1', command: 'make', marker: 'm', source: 'hooks' };

describe('an asciicast', () => {
  it('in version 3 holds size, output, marks, runs with their outcome and the exit, each timed from the one before', () => {
    const { text } = encode(
      log([
        out(1_500, 'a\u001b[31m\r\n'),
        [1_000_000, 'input_run', RUN],
        [1_000_001, 'run_started', { runId: 'S.1' }],
        [2_000_000, 'resize', { cols: 30, rows: 10 }],
        [2_500_000, 'run_complete', { runId: 'S.1', outcome: 'finished', exitCode: 3 }],
        [2_500_000, 'marker', { label: 'here' }],
        [3_000_000, 'exit', { exitCode: null, exitSignal: 'SIGKILL' }],
      ]),
      { title: 'build' },
    );
    expect(text.split('\n')).toEqual([
      JSON.stringify({
        version: 3,
        term: { cols: 20, rows: 4, type: 'xterm-256color' },
        timestamp: 1_767_323_045,
        command: `bash -c 'echo '\\''hi'\\'''`,
        title: 'build',
        tags: ['agent-tty'],
      }),
      String.raw`[0.0015, "o", "a\u001b[31m\r\n"]`,
      '[0.998501, "m", "run 1: make"]',
      '[0.999999, "r", "30x10"]',
      '[0.5, "m", "run 1: finished (exit code 3)"]',
      '[0.0, "m", "here"]',
      '[0.5, "x", "137"]',
      '',
    ]);
  });

  it('in version 2 is timed from the start and has no exit, which that version does not know', () => {
    const { cast, text } = encode(log([out(1, 'a'), out(2_000_001, 'b'), [3_000_000, 'exit', { exitCode: 0 }]]), {
      version: 2,
    });
    expect(cast.header).toEqual({
      version: 2,
      width: 20,
      height: 4,
      timestamp: 1_767_323_045,
      command: `bash -c 'echo '\\''hi'\\'''`,
      env: { TERM: 'xterm-256color' },
    });
    expect(text).toContain('[0.000001, "o", "a"]\n[2.000001, "o", "b"]\n');
    expect(cast.events).toHaveLength(2);
  });

  it('does not depend on the wall clock: times that step back change nothing', () => {
    const lines = [out(10, 'a'), out(20, 'b'), out(30, 'c')];
    const steady = log(lines);
    const stepping = steady.map((event, i) => (i === 0 ? event : { ...event, ts: `2020-01-01T00:00:0${9 - i}.000Z` }));
    expect(encode(stepping).text).toBe(encode(steady).text);
  });

  it('holds what was typed only when asked to, keys by their bytes where those are sure', () => {
    const events = log([
      [1, 'input_text', { data: 'x\n' }],
      [2, 'input_paste', { data: 'p' }],
      [3, 'input_keys', { keys: ['Enter', 'Ctrl+C', 'F5', 'é'] }],
      [4, 'input_run', RUN],
      [5, 'input_run', { ...RUN, source: 'process' }],
    ]);
    expect(encode(events).cast.events).toEqual([]);
    expect(encode(events, { includeInput: true }).cast.events.map(([, code, data]) => [code, data])).toEqual([
      ['i', 'x\n'],
      ['i', 'p'],
      ['i', '\r\u0003<F5>é'],
      ['i', 'make\r'],
    ]);
  });

  it('from an event on has everything before it at time 0, so that the screen is right', () => {
    const events = log([
      out(1_000_000, 'a'),
      [2_000_000, 'marker', { label: 'm' }],
      out(5_000_000, 'b'),
      out(5_000_250, 'c'),
    ]);
    const { cast, leadInEvents } = encode(events, { from: 3 });
    expect(cast.events).toEqual([
      [0, 'o', 'a'],
      [0, 'o', 'b'],
      [250, 'o', 'c'],
    ]);
    expect(leadInEvents).toBe(1);
  });
});

describe('bytes in an asciicast', () => {
  it('give the same text however they were cut into events', () => {
    const bytes = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 6 }).map((all) => Buffer.from(all)),
      ),
    );
    const cuts = fc.array(fc.nat());
    fc.assert(
      fc.property(bytes, cuts, (parts, places) => {
        const whole = Buffer.concat(parts);
        const borders = [0, ...places.map((at) => at % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
        const pieces = borders.slice(1).map((to, i) => whole.subarray(borders[i], to));
        const { cast } = encode(log(pieces.map((piece, i) => [i, 'output', { ...encodeBytes(piece) }])));
        expect(outputOf(cast)).toBe(whole.toString('utf8'));
      }),
    );
  });

  it('that are no UTF-8 become U+FFFD and are counted, those that the program wrote itself are not', () => {
    const pieces = [
      Buffer.from('a\ufffd'),
      Buffer.from([0xe2, 0x82]),
      Buffer.from([0xac, 0xff, 0x62]),
      Buffer.from([0xef, 0xbf]),
      Buffer.from([0xbd, 0xc3]),
    ];
    const { cast, replacedCharacters } = encode(
      log(pieces.map((piece, i) => [i, 'output', { ...encodeBytes(piece) }])),
    );
    expect(outputOf(cast)).toBe('a\ufffd€\ufffdb\ufffd\ufffd');
    expect(replacedCharacters).toBe(2);
  });
});

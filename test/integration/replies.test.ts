/** What programs are told when they ask their terminal, through the built CLI and real programs. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import type { LogEvent } from '../../src/protocol/events.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { PACKAGE_VERSION } from '../../src/protocol/version.ts';
import { TestHome } from '../support/cli.ts';

const ASKER = path.resolve(import.meta.dirname, '../fixtures/apps/asker.py');
/** Longer than any answer takes on a busy machine. */
const SILENCE_MS = '400';

/** Runs the asker as the program of a session and gives the lines of its result. */
async function asked(home: TestHome, size: readonly string[], words: readonly string[]): Promise<string[]> {
  const file = path.join(home.work, 'told');
  const [mode = '', ...rest] = words;
  const id = await home.create([...size, '--', 'python3', ASKER, mode, file, ...rest]);
  expect(await home.result(['wait', id, '--exit', '--timeout', '60s'])).toMatchObject({ exitCode: 0 });
  return fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

async function eventsOf(home: TestHome, id: string): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for await (const event of readEvents(sessionPaths(home.home, id).log)) events.push(event);
  return events;
}

function onlySession(home: TestHome): string {
  return fs.readdirSync(path.join(home.home, 'sessions'))[0] ?? '';
}

function ofType(events: readonly LogEvent[], type: string): LogEvent[] {
  return events.filter((event) => event.type === type);
}

function droppedFor(events: readonly LogEvent[], reason?: string): number {
  return ofType(events, 'reply_dropped')
    .filter(({ payload }) => reason === undefined || payload['reason'] === reason)
    .reduce((sum, { payload }) => sum + Number(payload['count']), 0);
}

describe('a program in raw mode that asks its terminal', () => {
  it('is told the truth, byte for byte, and each answer is on record before', async () => {
    await using home = new TestHome();
    const talk: readonly (readonly [question: string, answer: string])[] = [
      ['\x1b[c', '\x1b[?1;2c'],
      ['\x1b[0c', '\x1b[?1;2c'],
      ['\x1b[>c', '\x1b[>0;276;0c'],
      ['\x1b[=c', '\x1bP!|00000000\x1b\\'],
      ['\x1b[>q', `\x1bP>|agent-tty(${PACKAGE_VERSION})\x1b\\`],
      ['\x1b[5n', '\x1b[0n'],
      ['\x1b[2J\x1b[5;10Hxyz漢\x1b[6n', '\x1b[5;15R'],
      ['\r\n\x1b[?6n', '\x1b[?6;1R'],
      ['\x1b[999;999H\x1b[6n', '\x1b[31;97R'],
      ['\x1b[18t', '\x1b[8;31;97t'],
      ['\x1b[14t\x1b[16t', '\x1b[4;496;776t\x1b[6;16;8t'],
      ['\x1b]11;?\x07', '\x1b]11;rgb:0000/0000/0000\x07'],
      ['\x1b]11;#203040\x07\x1b]11;?\x1b\\', '\x1b]11;rgb:2020/3030/4040\x1b\\'],
      ['\x1b]4;1;?;9;?\x07', '\x1b]4;1;rgb:cccc/0000/0000\x07\x1b]4;9;rgb:efef/2929/2929\x07'],
      ['\x1b[?2026$p\x1b[?2004h\x1b[?2004$p\x1b[?2031$p', '\x1b[?2026;2$y\x1b[?2004;1$y\x1b[?2031;0$y'],
      ['\x1bP$qm\x1b\\', '\x1bP0$r\x1b\\'],
      ['\x1bP+q544e\x1b\\\x1b]52;c;?\x07\x1b]0;t\x07\x1b[21t\x1b[1;0;1;1;5;20*y\x1b[?u', ''],
    ];
    const told = await asked(
      home,
      ['--cols', '97', '--rows', '31'],
      ['ask', SILENCE_MS, ...talk.map(([question]) => hex(question))],
    );
    expect(told.map((line) => Buffer.from(line, 'hex').toString())).toEqual(talk.map(([, answer]) => answer));
    const events = await eventsOf(home, onlySession(home));
    const recorded = ofType(events, 'reply').map(({ payload }) => String(payload['data']));
    expect(recorded.join('')).toBe(talk.map(([, answer]) => answer).join(''));
  });

  it('is told quickly', async () => {
    await using home = new TestHome();
    const ms = (await asked(home, [], ['times', '100', hex('\x1b[6n'), '20'])).map(Number).toSorted((a, b) => a - b);
    // a few ms on an idle machine; the bound is for one that is busy with other tests
    expect(ms[50]).toBeLessThan(50);
  });

  it('gets few answers however much it asks, all on record, while the host stays quick', async () => {
    await using home = new TestHome();
    const other = await home.create(['--', 'cat']);
    const file = path.join(home.work, 'told');
    const questions = 1_000_000;
    const flood = await home.create(['--', 'python3', ASKER, 'flood', file, String(questions), hex('\x1b[5n')]);
    const end = home.start(['wait', flood, '--exit', '--timeout', '60s']).end;
    const startMs = systemClock.nowMs();
    await home.result(['inspect', other]);
    await home.result(['snapshot', other]);
    expect(systemClock.nowMs() - startMs).toBeLessThan(5_000);
    expect((await end).exitCode).toBe(0);
    const events = await eventsOf(home, flood);
    const replies = ofType(events, 'reply');
    expect(replies.length).toBeGreaterThan(0);
    for (const [i, { t }] of replies.entries()) expect((replies[i + 64]?.t ?? Infinity) - t).toBeGreaterThan(999_000);
    expect(Buffer.from(fs.readFileSync(file, 'utf8').trim(), 'hex').toString()).toBe('\x1b[0n'.repeat(replies.length));
    expect(replies.length + droppedFor(events)).toBe(questions);
    expect(ofType(events, 'reply_dropped').length).toBeLessThan(20);
  });
});

describe('a command of a shell that asks', () => {
  it.each(['bash', 'zsh', 'fish', 'dash'])('is answered in %s, and its output stays what it wrote', async (shell) => {
    await using home = new TestHome();
    const file = path.join(home.work, 'told');
    const id = await home.create(['--shell', shell]);
    for (let i = 0; i < 2; i += 1) {
      const command = `python3 ${ASKER} ask ${file} ${SILENCE_MS} ${hex('asked\x1b[5n')} && echo done`;
      expect(await home.result(['run', id, command])).toMatchObject({ exitCode: 0, output: 'askeddone\n' });
      expect(fs.readFileSync(file, 'utf8')).toBe(`${hex('\x1b[0n')}\n`);
    }
  });

  it('is answered when it is a built-in of the shell', async () => {
    await using home = new TestHome();
    const id = await home.create(['--shell', '/bin/bash']);
    const command = `clear; stty -echo -icanon; printf '\\n\\n\\033[6n'; IFS=';' read -t 10 -rd R row col; stty sane; echo "at \${row#*[} $col"`;
    for (let i = 0; i < 2; i += 1) {
      const { output } = await home.result(['run', id, command]);
      expect(String(output).trim()).toBe('at 3 1');
    }
  });
});

describe('a file full of queries that cat shows at a prompt', () => {
  const HOSTILE = '\x1b[5n\x1b[c\x1b[>c\x1b[6n\x1b[?6n\x1b]11;?\x07\x1b[18t\x1bP$qm\x1b\\\x1b[>q\x1b[?2004$p'.repeat(6);

  it.each(['bash', 'zsh', 'fish', 'dash'])('types nothing in %s, neither by run nor by hand', async (shell) => {
    await using home = new TestHome();
    fs.writeFileSync(path.join(home.work, 'hostile'), `${HOSTILE}end\n`);
    const id = await home.create(['--shell', shell]);
    for (let i = 0; i < 3; i += 1) {
      expect(await home.result(['run', id, 'cat hostile'])).toMatchObject({ outcome: 'finished', exitCode: 0 });
      // what is typed while a shell changes the modes of its terminal is the shell's to lose
      await home.result(['wait', id, '--prompt']);
      await home.result(['type', id, `cat hostile; echo done-"${i}"\r`]);
      await home.result(['wait', id, '--text', `done-${i}`]);
    }
    expect(await home.result(['run', id, 'echo fine'])).toMatchObject({ outcome: 'finished', output: 'fine\n' });
    await home.result(['destroy', id]); // the last ones are counted at the end
    const events = await eventsOf(home, id);
    expect(ofType(events, 'reply')).toEqual([]);
    expect(droppedFor(events)).toBe(6 * 60);
  });

  it('types nothing while fish is raw again and has not begun to read', async () => {
    await using home = new TestHome();
    const start = path.join(home.work, '.config/fish/config.fish');
    fs.mkdirSync(path.dirname(start), { recursive: true });
    // asked by fish itself, so that its terminal is raw from before the first query
    const asking = `echo -n '${HOSTILE}'; set -l i 0; while test $i -lt 5000; set i (math $i + 1); end`;
    fs.writeFileSync(start, `function slow --on-event fish_postexec; ${asking}; end\n`);
    const id = await home.create(['--shell', 'fish']);
    expect(await home.result(['run', id, 'true'])).toMatchObject({ outcome: 'finished', exitCode: 0 });
    expect(await home.result(['run', id, 'false'])).toMatchObject({ outcome: 'finished', exitCode: 1 });
    await home.result(['destroy', id]); // the last ones are counted at the end
    const events = await eventsOf(home, id);
    expect(ofType(events, 'reply')).toEqual([]);
    expect(droppedFor(events, 'asker_gone')).toBe(120);
  });
});

describe('keys', () => {
  it('follow the modes of the application through resets and the other screen', async () => {
    await using home = new TestHome();
    const file = path.join(home.work, 'keys');
    const id = await home.create(['--shell', '/bin/bash']);
    const press = async (modes: string): Promise<string> => {
      await home.result([
        'run',
        id,
        `stty raw -echo; printf '${modes}ready'; head -c 6 >${file}; stty sane`,
        '--no-wait',
      ]);
      await home.result(['wait', id, '--text', 'ready']);
      await home.result(['send-keys', id, 'Up', 'Home']);
      await home.result(['run', id, `clear; od -An -c ${file} >${file}.txt`]);
      return fs.readFileSync(`${file}.txt`, 'utf8').replaceAll(/\s+/gu, '');
    };
    const normal = '033[A033[H';
    const application = '033OA033OH';
    expect(await press('')).toBe(normal);
    expect(await press('\\033[?1h')).toBe(application);
    expect(await press('\\033[?1h\\033[>4;2m\\033[>1u\\033[=5;1u')).toBe(application);
    expect(await press('\\033[?1h\\033[!p')).toBe(normal);
    expect(await press('\\033[?1h\\033c')).toBe(normal);
    expect(await press('\\033[?1049h\\033[?1h\\033[?1049l')).toBe(application);
    expect(await press('\\033[?1l')).toBe(normal);
  });
});

describe('programs that ask when they start', () => {
  it.each([
    ['vim', ['vim', '--clean', 'note.txt'], 'note.txt'],
    ['less', ['less', '/etc/passwd'], 'root'],
    ['htop', ['htop'], 'F10Quit'],
    ['fish', ['fish'], '>|#|\\$'],
  ])('do not stall: %s', async (name, command, regex) => {
    await using home = new TestHome();
    const startMs = systemClock.nowMs();
    const id = await home.create(['--cols', '100', '--', ...command]);
    await home.result(['wait', id, '--regex', regex]);
    expect(systemClock.nowMs() - startMs).toBeLessThan(10_000);
    const events = await eventsOf(home, id);
    expect(ofType(events, 'reply_dropped')).toEqual([]);
    const queries = ofType(events, 'reply').map(({ payload }) => payload['query']);
    if (name === 'vim') expect(queries).toContain('DA2');
  });
});

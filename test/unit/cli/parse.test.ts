import { describe, expect, it } from 'vitest';
import { bindCommand, type Command, defineSpec, type OptionSpecs } from '../../../src/cli/command.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { findCommand, type ParsedLine, parseWords, wantsJson } from '../../../src/cli/parse.ts';
import { GLOBAL_OPTIONS } from '../../../src/cli/specs/global.ts';
import { TtyError } from '../../../src/protocol/errors.ts';

function parseLine(argv: string[], commands: readonly Command[], globals: OptionSpecs): ParsedLine {
  return parseWords(findCommand(argv, commands, globals), globals);
}

function parse(...argv: string[]) {
  const { command, input, wantsHelp } = parseLine(argv, COMMANDS, GLOBAL_OPTIONS);
  return { name: command.spec.name, ...input, wantsHelp };
}

function failure(...argv: string[]): { code: string; message: string; hint: string | undefined; reason: unknown } {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof TtyError) {
      return { code: error.code, message: error.message, hint: error.hint, reason: error.details?.['reason'] };
    }
    throw error;
  }
  throw new Error(`${argv.join(' ')} was taken`);
}

describe('finding the command', () => {
  it('takes one word, two words, and aliases', () => {
    expect(parse('list').name).toBe('list');
    expect(parse('ls').name).toBe('list');
    expect(parse('run', 'wait', 'x').name).toBe('run wait');
    expect(parse('run', 's1', 'wait').name).toBe('run');
  });

  it('finds it behind options, whose values are no commands', () => {
    expect(parse('--home', 'list', 'create').name).toBe('create');
    expect(parse('--json', '--timeout=5s', 'run', 's1', 'make').name).toBe('run');
    expect(parse('run', '--timeout', '5s', 'wait', 'x').name).toBe('run wait');
  });

  it('does not look for it behind --', () => {
    expect(parse('run', '--wait', '--', 'list')).toMatchObject({ name: 'run', rest: ['list'], positionals: [] });
  });

  it('names the nearest command for an unknown one', () => {
    expect(failure('snapshoot').message).toBe('unknown command "snapshoot"; did you mean "snapshot"?');
    expect(failure('host', 'stopp').message).toBe('unknown command "host stopp"; did you mean "host stop"?');
    expect(failure('zzzzzzzz').message).toBe('unknown command "zzzzzzzz"');
  });

  it('names the words that a family of commands needs', () => {
    expect(failure('host').message).toBe('host needs one of: status, stop');
  });

  it('says that the command is missing, unless help or the version is asked for', () => {
    expect(failure().message).toBe('command missing');
    expect(parse('--help').name).toBe('help');
    expect(parse('-h').wantsHelp).toBe(true);
    expect(parse('--version').name).toBe('version');
  });
});

describe('options', () => {
  it('may stand before and after positionals, with = or without', () => {
    const wanted = { name: 'create', positionals: [], rest: ['bash', '--json'], options: { cols: 120, name: 'x' } };
    expect(parse('create', '--cols', '120', '--name=x', '--', 'bash', '--json')).toMatchObject(wanted);
    expect(parse('--cols=120', 'create', '--name', 'x', '--', 'bash', '--json')).toMatchObject(wanted);
  });

  it('keeps = and spaces of a value, and takes an empty one', () => {
    expect(parse('create', '--env', 'A=b=c', '--env=D= e ').options).toEqual({ env: ['A=b=c', 'D= e '] });
    expect(parse('type', 's1', '--file=').options).toEqual({ file: '' });
  });

  it('names the nearest option for an unknown one', () => {
    expect(failure('create', '--colz', '80').message).toBe('unknown option --colz of create; did you mean --cols?');
    expect(failure('run', 's1', 'make', '-j4')).toMatchObject({
      message: 'unknown option -j4 of run',
      hint: 'words that begin with "-" and are no options come after --',
    });
  });

  it('refuses an option of another command', () => {
    expect(failure('list', '--cols', '80').message).toContain('unknown option --cols of list');
  });

  it.each(['0', '-5', '1.5', 'abc', '', '99999999', '0x10', '1e3', ' 80 ', '８０', '1001'])(
    'refuses %j as a number of columns',
    (value) => {
      const { code, message } = failure('create', '--cols', value);
      expect({ code, message }).toEqual({
        code: 'INVALID_DIMENSIONS',
        message: `--cols must be a whole number from 1 to 1000, got ${JSON.stringify(value)}`,
      });
    },
  );

  it.each(['-1', 'NaN', 'Infinity', '1h2', '1.5s', '5 s', '', '5d'])('refuses %j as a duration', (value) => {
    expect(failure('run', 's1', 'x', '--timeout', value)).toMatchObject({
      code: 'INVALID_DURATION',
      reason: 'duration',
    });
  });

  it('reads durations with their units, and 0 only where it means something', () => {
    expect(parse('run', 's1', 'x', '--timeout', '0').options).toEqual({ timeout: 0 });
    expect(parse('run', 's1', 'x', '--timeout', '90').options).toEqual({ timeout: 90 });
    expect(parse('run', 's1', 'x', '--timeout', '2m').options).toEqual({ timeout: 120_000 });
    expect(failure('wait', 's1', '--idle-ms', '0').message).toBe('--idle-ms must be more than 0, got "0"');
    expect(failure('run', 's1', 'x', '--timeout', '99999999999').message).toBe(
      '--timeout must be at most 24h, got "99999999999"',
    );
    expect(failure('wait', 's1', '--screen-stable-ms', '11m').message).toBe(
      '--screen-stable-ms must be at most 10m, got "11m"',
    );
  });

  it('names the choices of an option that has some', () => {
    expect(failure('run', 's1', 'x', '--when-busy', 'never').message).toBe(
      '--when-busy must be one of wait, fail, got "never"',
    );
  });

  it('refuses a value for a flag and a flag for a value', () => {
    expect(failure('list', '--all=yes').message).toBe('--all takes no value, got "yes"');
    expect(failure('create', '--name', '--json').message).toBe('--name needs a value: NAME');
    expect(failure('create', '--name').message).toBe('--name needs a value: NAME');
  });

  it('takes the last of two values', () => {
    expect(parse('create', '--cols', '80', '--cols', '90').options).toEqual({ cols: 90 });
  });

  it('shows controls of a wrong value escaped', () => {
    expect(failure('create', '--cols', '\u001b[31m\u202e').message).toBe(
      String.raw`--cols must be a whole number from 1 to 1000, got "\u001b[31m\u202e"`,
    );
  });
});

describe('positionals', () => {
  it('are checked for number', () => {
    expect(failure('inspect')).toMatchObject({
      message: 'session id or name missing',
      hint: 'agent-tty list shows the sessions',
    });
    expect(failure('send-keys', 's1').message).toBe('KEY missing');
    expect(failure('inspect', 'a', 'b').message).toBe('unexpected word "b" after inspect');
    expect(failure('create', 'bash')).toMatchObject({ hint: 'the command of the session comes after --' });
  });

  it('take - as a word, and everything after -- of a command without a list of its own', () => {
    expect(parse('type', 's1', '-').positionals).toEqual(['s1', '-']);
    expect(parse('type', 's1', '--', '--json').positionals).toEqual(['s1', '--json']);
    expect(parse('send-keys', 's1', '--', '-', '--').positionals).toEqual(['s1', '-', '--']);
  });

  it('may hold no NUL', () => {
    expect(failure('type', 's1', 'a\0b').message).toContain('holds a NUL byte');
  });

  it('are not counted when help is asked for', () => {
    expect(parse('inspect', '--help').wantsHelp).toBe(true);
  });
});

describe('the table of commands', () => {
  it('gives an option that takes a value the same form in every command, so that the command is found behind it', () => {
    const forms = new Map<string, boolean>();
    const tables: OptionSpecs[] = [GLOBAL_OPTIONS, ...COMMANDS.map(({ spec }) => spec.options)];
    for (const specs of tables) {
      for (const [name, spec] of Object.entries(specs)) {
        const isFlag = spec.kind === 'flag';
        expect(forms.get(name) ?? isFlag, name).toBe(isFlag);
        forms.set(name, isFlag);
      }
    }
  });

  it('loads a handler for each command', async () => {
    for (const command of COMMANDS) expect(await command.load(), command.spec.name).toBeTypeOf('function');
  });

  it('hands the parsed input to the handler', async () => {
    const spec = defineSpec({
      name: 'x',
      summary: 'X',
      positionals: [],
      options: { n: { kind: 'integer', min: 0, max: 9, help: '' } },
    });
    const command = bindCommand(spec, async () => async ({ options }) => ({
      result: options.n ?? -1,
      human: () => '',
    }));
    expect(parseLine(['x', '--n', '7'], [command], {}).input.options).toEqual({ n: 7 });
  });
});

describe('wantsJson', () => {
  it('sees --json before -- only, also on a line that does not parse', () => {
    expect(wantsJson(['nonsense', '--json'])).toBe(true);
    expect(wantsJson(['run', '--wait', '--', 'x', '--json'])).toBe(false);
  });
});

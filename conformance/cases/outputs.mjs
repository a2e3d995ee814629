// What a command prints: much, nothing readable, what moves the cursor, what never ends its own sequence.
import { createHash } from 'node:crypto';

const numbers = (count) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('');
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const TEN_MB = numbers(1_450_000);
const MANY = numbers(20_000);

export const cases = [
  {
    id: 'output-10mb',
    title: '10 MB of output: counted to the byte, head and tail there',
    run: 'seq 1 1450000',
    timeoutMs: 60_000,
    after: false,
    expect: {
      truncated: true,
      outputBytes: TEN_MB.length + 1_450_000,
      output: { head: '1\n2\n3\n', tail: '\n1449999\n1450000\n' },
    },
  },
  {
    id: 'output-100kb',
    title: 'output below the bound: whole and in order',
    run: 'seq 1 20000',
    expect: { output: { length: MANY.length, sha256: sha256(MANY) } },
  },
  {
    id: 'output-binary',
    title: 'every byte there is',
    run: {
      posix: String.raw`i=0; while [ $i -lt 256 ]; do printf "\\$(printf %03o $i)"; i=$((i+1)); done; printf '\033\\\nover\n'`,
      fish: String.raw`for i in (seq 0 255); printf (printf '\\\\%03o' $i); end; printf '\033\\\nover\n'`,
    },
    expect: { output: /over\n$/ },
  },
  {
    id: 'output-nul',
    title: 'NUL bytes and invalid UTF-8',
    run: String.raw`printf 'a\000b\377\376c\n'`,
    expect: { output: /^a.*b.*c\n$/s },
  },
  {
    id: 'output-cut-character',
    title: 'output that ends in the middle of a character',
    run: String.raw`printf 'x\303'`,
    expect: { output: /^x.?$/ },
  },
  {
    id: 'output-colours',
    title: 'colours are gone from the text',
    run: String.raw`printf '\033[31mred\033[0m \033[1;38;5;200mpink\033[m\n'`,
    expect: { output: 'red pink\n' },
  },
  {
    id: 'output-carriage-return',
    title: 'a progress line that overwrites itself',
    run: String.raw`printf ' 10%%\r 50%%\r100%%\n'`,
    expect: { output: '100%\n' },
  },
  {
    id: 'output-backspace',
    title: 'backspaces and erasing',
    run: String.raw`printf 'abcX\bd\nwrong\r\033[Kright\n'`,
    expect: { output: 'abcd\nright\n' },
  },
  {
    id: 'output-tab',
    title: 'tabs and spaces stay',
    run: String.raw`printf 'a\tb  c\n'`,
    expect: { output: 'a\tb  c\n' },
  },
  {
    id: 'output-wide-line',
    title: 'a line longer than the terminal is one line',
    run: { other: "printf '%0200d\\n' 7" },
    expect: { output: `${'7'.padStart(200, '0')}\n` },
  },
  {
    id: 'output-unicode',
    title: 'accents, wide characters, emoji',
    run: "printf 'é 日本語 👩‍💻\\n'",
    expect: { output: 'é 日本語 👩‍💻\n' },
  },
  {
    id: 'output-open-osc',
    title: 'an escape sequence that is never ended',
    run: String.raw`printf 'x\033]0;never'`,
    expect: { output: /^x/ },
    after: false,
  },
  {
    id: 'output-open-dcs',
    title: 'a device control string that is never ended',
    run: String.raw`printf 'x\033Pnever'`,
    expect: { output: /^x/ },
    after: false,
  },
  {
    id: 'output-lone-escape',
    title: 'a lone ESC as the last byte',
    run: String.raw`printf 'x\033'`,
    expect: { output: /^x/ },
  },
  {
    id: 'output-open-csi',
    title: 'a control sequence without its last byte',
    run: String.raw`printf 'x\033[3'`,
    expect: { output: /^x/ },
    after: false,
  },
  {
    id: 'output-escapes',
    title: 'output full of escape sequences',
    run: {
      posix: String.raw`i=0; while [ $i -lt 300 ]; do printf '\033[%dm%d\033[0m\033]0;t%d\007' $((31 + i % 7)) $i $i; i=$((i+1)); done; echo`,
      fish: String.raw`for i in (seq 0 299); printf '\033[%dm%d\033[0m\033]0;t%d\007' 31 $i $i; end; echo`,
    },
    expect: { output: `${Array.from({ length: 300 }, (_, i) => i).join('')}\n` },
  },
  {
    id: 'output-paste-switch',
    title: 'a program that switches bracketed paste as a line editor does',
    run: String.raw`printf '\033[?2004hquestion? '; sleep 0.5; printf '\033[?2004l\n'; echo answered; sh -c 'exit 3'`,
    expect: { exitCode: 3, output: /question\? *\nanswered\n/ },
  },
  {
    id: 'output-alternate-screen',
    title: 'a program that uses the alternate screen and quits',
    run: String.raw`printf '\033[?1049h\033[2J\033[Hfull screen'; sleep 0.2; printf '\033[?1049l'; echo back`,
    expect: { output: /back\n$/ },
  },
  {
    id: 'output-title',
    title: "a title and the user's own OSC 133 and 633 marks pass through",
    steps: [
      {
        run: String.raw`printf '\033]0;title\007\033]133;A\007\033]633;P;Cwd=/\007text\n'`,
        expect: { output: 'text\n' },
      },
      { log: { has: ['\u001b]133;A\u0007', '\u001b]633;P;Cwd=/\u0007'] } },
    ],
  },
  {
    id: 'prompt-on-same-line',
    title: 'output after which the prompt stands on the same line',
    rc: { posix: "PS1='ready> '", fish: "function fish_prompt; printf 'ready> '; end" },
    steps: [
      { run: "printf 'tail without newline'", expect: { output: 'tail without newline' } },
      { run: "printf 'ready> '", expect: { output: 'ready> ' } },
      { screen: { has: 'tail without newline' } },
    ],
  },
  {
    id: 'clear',
    title: 'clear',
    run: 'echo before; clear; echo behind',
    expect: { output: /behind\n$/ },
  },
  { id: 'reset', title: 'reset', run: 'reset; echo behind', timeoutMs: 30_000, expect: { output: /behind\n$/ } },
  {
    id: 'terminal-query',
    title: 'a program that asks the terminal where the cursor is',
    run: {
      bash: String.raw`IFS= read -rs -d R -p $'\e[6n' where; echo got`,
      zsh: String.raw`printf '\e[6n'; IFS= read -rs -d R where; echo got`,
    },
    not: { fish: 'its read has no such mode', dash: 'its read has no such mode' },
    expect: { output: /got\n$/ },
  },
];

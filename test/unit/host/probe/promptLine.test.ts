import { describe, expect, it } from 'vitest';
import { isPromptLike } from '../../../../src/host/probe/promptLine.ts';

const PROMPTS = [
  '>>> ',
  '... ',
  'Welcome to Node.js v20.20.2.\r\nType ".help" for more information.\r\n\u001b[1G\u001b[0J> \u001b[3G',
  '\u001b]0;read /\u0007\u001b[30m\u001b(B\u001b[m\r\u001b[32mread\u001b(B\u001b[m> \u001b[K\r\u001b[6C',
  'Password: ',
  '[sudo] password for me: ',
  'Do you want to continue? [Y/n] ',
  'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
  "rm: remove regular empty file 'x'? ",
  'Press any key to continue . . . ',
  'one\r\n\u001b[7m--More--(50%)\u001b[27m',
  'tcp\r\n\u001b[7m(END)\u001b[27m\u001b[K',
  'tcp\r\n:\u001b[K',
  'In [1]: ',
  '(Pdb) ',
  'irb(main):001> ',
  'mysql> ',
  'user@host:~$ ',
  '1) a\r\n2) b\r\n#? ',
  '~\r\n❯ ',
  '\u001b[?2004h$ ',
];
const OTHERS = [
  '',
  '>>> 1 + 1\r\n2\r\n',
  'compiling main.c',
  'question?\r\nanswer',
  'Downloading: 45%\r',
  '\u001b[32m[####    ] 50%\u001b[0m\r\u001b[K',
  'Password: \r\n',
  `${'x'.repeat(400)}:`,
];

describe('the last line of the output', () => {
  it.each(PROMPTS)('looks like a prompt: %j', (text) => expect(isPromptLike(Buffer.from(text))).toBe(true));
  it.each(OTHERS)('looks like none: %j', (text) => expect(isPromptLike(Buffer.from(text))).toBe(false));

  it('is found behind any amount of output, cut anywhere', () => {
    const line = '\u001b[31mline\u001b[0m é\r\n';
    for (let cut = 0; cut < line.length; cut++) {
      expect(isPromptLike(Buffer.from(`${line.repeat(1_000).slice(cut)}sure? `)), `cut at ${cut}`).toBe(true);
    }
  });
});

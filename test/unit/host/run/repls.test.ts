import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type LanguageName, languageSource } from '../../../../src/host/run/sources/languages.ts';
import { planTyping } from '../../../../src/host/run/typeAction.ts';

const NONCE = 'ab'.repeat(16);
const TOKEN = 'cd'.repeat(16);
/** What makes a literal hard to write. */
const HARD = 'a\'b"c\\d\ne\tf$g`h é 😀 \\ud83d \u007f \u2028 #{x} ${y} @PATH@';

function plan(language: LanguageName, command: string, bracketedPaste = false): { typed: string; script: string } {
  const source = languageSource(language, language, NONCE);
  if (source === undefined) throw new Error('no source');
  const editor = { bracketedPaste, canonical: false };
  const { bytes, script } = planTyping({ source, command, token: TOKEN, editor, scriptPath: '/s/run-"1\'' });
  return { typed: bytes.toString(), script: script?.content ?? '' };
}

describe('a command for an interpreter', () => {
  it.each(['python', 'node', 'pwsh'] as const)('goes by a script for %s, and nothing of it is typed', (language) => {
    for (const command of ['1', 'x\n'.repeat(500), HARD]) {
      const { typed, script } = plan(language, command);
      expect(typed).toMatch(/^[\x20-\x7e]{1,200}\r$/);
      expect(typed).not.toMatch(/29417|abab|cdcd/);
      expect(script).toMatch(/^[\n\x20-\x7e]+$/);
      expect(script).toContain(`29417;${NONCE};`);
      expect(script.match(new RegExp(TOKEN, 'g'))).toHaveLength(2);
    }
  });

  it('is pasted where an editor of Python takes pastes', () => {
    expect(plan('python', '1', true).typed).toMatch(/^\u001b\[200~exec\(.*\)\u001b\[201~\r$/);
  });

  it('stands in the script of Python as it was given', () => {
    const line = /^ {4}command = (.*)$/m.exec(plan('python', HARD).script)?.[1] ?? '';
    const code = `import sys; sys.stdout.buffer.write((${line}).encode('utf-8', 'surrogatepass'))`;
    expect(execFileSync('python3', ['-c', code]).toString()).toBe(HARD);
  });

  it('stands in the script of Node as it was given', () => {
    const line = /^ {2}const command = (.*);$/m.exec(plan('node', HARD).script)?.[1] ?? '';
    expect(execFileSync(process.execPath, ['-e', `process.stdout.write(${line})`]).toString()).toBe(HARD);
  });

  it('stands in the script of PowerShell in double quotes, all that acts there escaped', () => {
    expect(plan('pwsh', 'a"b`c$d\né😀').script).toContain('Create("a`"b``c`$d`u{a}`u{e9}`u{1f600}" + ');
    expect(plan('pwsh', '1').typed).toBe(`. ([scriptblock]::Create([IO.File]::ReadAllText("/s/run-\`"1'")))\r`);
  });

  it('has its status taken down inside of the block in PowerShell, behind which nothing is known of it', () => {
    const { script } = plan('pwsh', 'make # all');
    // On a line of its own: the command may end with a comment.
    const block = /Create\("make # all" \+ \[char\]10 \+ '(.*)'\)\) \| Out-Default$/m.exec(script)?.[1];
    expect(block).toBe('$global:__at_ok = $?');
    expect(script.replace(block ?? '', '')).not.toContain('$?');
    expect(script.indexOf('$global:__at_ok = $null')).toBeLessThan(script.indexOf('Create('));
    for (const name of ['__at_s', '__at_ok']) expect(script).toContain(`Remove-Variable ${name}`);
  });
});

import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createParams } from '../../../src/cli/createParams.ts';
import { contextOf, newDirectory } from './support.ts';

describe('the parameters of a new session', () => {
  it('carry the caller\u2019s environment without our own variables, and the added ones; the last of a name wins', () => {
    const environment = {
      PATH: '/bin',
      AGENT_TTY_HOME: '/h',
      AGENT_TTY_SESSION: 'x',
      A: 'old',
      EMPTY: '',
      GONE: undefined,
    };
    const options = { env: ['A=1', 'A=new=\n2', '__proto__=x'] };
    expect(createParams(options, [], contextOf({ environment })).environment).toBe(
      'PATH=/bin\0EMPTY=\0A=new=\n2\0__proto__=x\0',
    );
  });

  it('let a loader variable pass when it is allowed by name', () => {
    const options = { env: ['LD_PRELOAD=/x.so'], 'allow-env': ['LD_PRELOAD'] };
    expect(createParams(options, [], contextOf({ environment: {} })).environment).toBe('LD_PRELOAD=/x.so\0');
  });

  it('resolve the working directory against the current one', () => {
    const directory = newDirectory();
    const context = contextOf({ cwd: () => directory });
    expect(createParams({}, [], context).cwd).toBe(directory);
    expect(createParams({ cwd: '.' }, [], context).cwd).toBe(directory);
    expect(createParams({ cwd: '/tmp/..' }, [], context).cwd).toBe('/');
  });

  it('hold what was given and leave the rest to the host', () => {
    const { environment: _, ...params } = createParams({ cols: 100, term: 'vt100' }, ['sh', '-c', 'x y'], contextOf());
    expect(params).toEqual({ command: ['sh', '-c', 'x y'], cwd: '/', umask: 0o22, cols: 100, term: 'vt100' });
  });

  it('say what is to be redacted: variables by name, files by their lines', () => {
    const file = path.join(newDirectory(), 'secrets');
    fs.writeFileSync(file, 'one value\r\n\nanother\n');
    const options = { 'redact-env': ['A', 'B'], 'redact-file': [file], 'redact-patterns': true };
    expect(createParams(options, [], contextOf()).redact).toEqual({
      env: ['A', 'B'],
      values: ['one value', 'another'],
      patterns: true,
    });
    expect(createParams({}, [], contextOf())).not.toHaveProperty('redact');
    fs.writeFileSync(file, '\n');
    expect(() => createParams({ 'redact-file': [file] }, [], contextOf())).toThrow('holds no value');
    expect(() => createParams({ 'redact-file': ['/nowhere'] }, [], contextOf())).toThrow('"/nowhere" does not exist');
  });
});

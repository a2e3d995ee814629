import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AdmissionInputs, resolveAdmission } from '../../../src/lease/admission.ts';
import { BUILT_IN_FACTS } from '../../../src/lease/facts.ts';
import { TtyError } from '../../../src/protocol/errors.ts';
import { type LeaseConfig, leaseConfigProblem, type ProviderFact } from '../../../src/protocol/leaseConfig.ts';
import { newRoot } from './support.ts';

function inputs(changes: Partial<AdmissionInputs> = {}): AdmissionInputs {
  return { config: {}, projectLimits: {}, environment: {}, systemHome: () => '/home/someone', ...changes };
}

function configWith(fact: Partial<ProviderFact>): LeaseConfig {
  return { providers: { demo: { kind: 'stateless', limit: 4, ...fact } } };
}

function denial(provider: string, given: AdmissionInputs): unknown {
  try {
    return resolveAdmission(provider, given);
  } catch (error) {
    return error instanceof TtyError ? error.toBody() : error;
  }
}

/** A user's home in which each built-in program has its directory. */
function furnishedHome(): string {
  const home = newRoot();
  for (const name of ['.claude', '.gemini', '.kimi', '.grok']) fs.mkdirSync(path.join(home, name));
  return home;
}

describe('the built-in facts', () => {
  it('give one place where state is shared and four where it is not', () => {
    const environment = { HOME: furnishedHome() };
    const limits = Object.keys(BUILT_IN_FACTS).map((name) => [
      name,
      resolveAdmission(name, inputs({ environment })).limit,
    ]);
    expect(Object.fromEntries(limits)).toEqual({
      claude: 1,
      gemini: 1,
      kimi: 1,
      grok: 1,
      'grok-web': 1,
      deepseek: 4,
      glm: 4,
    });
  });

  it('keep to the rules that hold for configured ones', () => {
    expect(leaseConfigProblem({ providers: BUILT_IN_FACTS })).toBeUndefined();
  });
});

describe('a limit', () => {
  it('is lowered by the variable of the provider, never raised, and stands when that is malformed', () => {
    const of = (value: string): number =>
      resolveAdmission('deepseek', inputs({ environment: { AGENT_TTY_DEEPSEEK_LIMIT: value } })).limit;
    expect(['99', '2', '1', 'x', '0', '-1', '1.5', '', ' 2', '1e0'].map(of)).toEqual([4, 2, 1, 4, 4, 4, 4, 4, 4, 4]);
  });

  it('is lowered by the project, never raised', () => {
    const of = (limit: number): number =>
      resolveAdmission('demo', inputs({ config: configWith({}), projectLimits: { demo: limit } })).limit;
    expect([50, 4, 2, 1].map(of)).toEqual([4, 4, 2, 1]);
  });

  it('of shared state or of something unknown is 1, and another declaration is an error', () => {
    const identity = { accountEnv: 'A' };
    expect(denial('demo', inputs({ config: configWith({ kind: 'custom', limit: 1 }) }))).toMatchObject({ limit: 1 });
    for (const kind of ['custom', 'shared-state'] as const) {
      expect(denial('demo', inputs({ config: configWith({ kind, limit: 2, identity }) }))).toMatchObject({
        code: 'PROVIDER_ADMISSION_FAILED',
        details: { reason: 'invalid_config', capacity: null, sent: false },
      });
      expect(leaseConfigProblem({ providers: { demo: { kind, limit: 2, identity } } })).toContain('limit must be 1');
    }
  });
});

describe('what cannot be told for certain', () => {
  it('is refused, and the refusal names the provider and no path', () => {
    const home = newRoot();
    fs.writeFileSync(path.join(home, '.claude'), 'a file');
    const none = { environment: { HOME: path.join(home, 'nothing') } };
    expect(denial('nope', inputs())).toMatchObject({ details: { reason: 'unknown_provider' } });
    for (const given of [none, { environment: { HOME: home } }]) {
      const body = denial('claude', inputs(given));
      expect(body).toMatchObject({ code: 'PROVIDER_ADMISSION_FAILED', details: { reason: 'no_identity' } });
      expect(JSON.stringify(body)).not.toContain(home);
      expect(JSON.stringify(body)).not.toMatch(/ENOENT|ENOTDIR|claude\//);
    }
    const homeless = inputs({
      systemHome: () => {
        throw new Error('no entry for uid 4711');
      },
    });
    expect(JSON.stringify(denial('deepseek', homeless))).not.toContain('4711');
  });
});

describe('a key', () => {
  it('is that of the directory, however it is reached and whatever the provider is called', () => {
    const home = furnishedHome();
    fs.symlinkSync(path.join(home, '.claude'), path.join(home, 'way'));
    fs.symlinkSync(path.join(home, 'way'), path.join(home, 'detour'));
    const keyOf = (name: string, directory: string): string =>
      resolveAdmission(
        name,
        inputs({ environment: { HOME: home, CLAUDE_CONFIG_DIR: directory, GEMINI_CONFIG_DIR: directory } }),
      ).key;
    const keys = ['.claude', 'way', 'detour', '.claude/../way'].map((name) => keyOf('claude', path.join(home, name)));
    expect(new Set([...keys, keyOf('gemini', path.join(home, 'way'))]).size).toBe(1);
    expect(keyOf('claude', path.join(home, '.gemini'))).not.toBe(keys[0]);
  });

  it('follows the variable that the program itself follows, and its home when there is none', () => {
    const home = furnishedHome();
    const other = newRoot();
    const keyOf = (environment: Record<string, string>): string =>
      resolveAdmission('claude', inputs({ environment })).key;
    expect(keyOf({ HOME: home, CLAUDE_CONFIG_DIR: path.join(home, '.claude') })).toBe(keyOf({ HOME: home }));
    expect(keyOf({ HOME: home, CLAUDE_CONFIG_DIR: '' })).toBe(keyOf({ HOME: home }));
    expect(keyOf({ HOME: home, CLAUDE_CONFIG_DIR: other })).not.toBe(keyOf({ HOME: home }));
  });

  it('of an account is fixed without one, and never the same for two', () => {
    const keyOf = (name: string, environment: Record<string, string>): string =>
      resolveAdmission(name, inputs({ environment })).key;
    const keys = [{}, { GROK2API_ADMIN_KEY: 'one' }, { GROK2API_ADMIN_KEY: 'two' }].map((environment) =>
      keyOf('grok-web', environment),
    );
    expect(new Set(keys).size).toBe(3);
    expect(keyOf('grok-web', { GROK2API_ADMIN_KEY: '' })).toBe(keys[0]);
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
    expect(keyOf('deepseek', {})).not.toBe(keyOf('glm', {}));
    expect(keyOf('deepseek', { DEEPSEEK_API_KEY: 'one' })).not.toBe(keyOf('deepseek', {}));
  });
});

describe('the root', () => {
  const rootOf = (name: string, changes: Partial<AdmissionInputs> = {}): string =>
    resolveAdmission(name, inputs(changes)).root;

  it('of shared state can be moved by nothing but test mode', () => {
    const moved = { AGENT_TTY_LEASE_ROOT: '/elsewhere', XDG_STATE_HOME: '/state' };
    const config = { root: '/configured' };
    const fixed = '/home/someone/.local/state/agent-tty/leases';
    expect(rootOf('grok-web', { environment: moved, config })).toBe(fixed);
    expect(rootOf('grok-web', { environment: { ...moved, AGENT_TTY_LEASE_TEST_MODE: '1' } })).toBe('/elsewhere');
  });

  it('of the others can be moved by the variable, the configuration and the state home', () => {
    expect(rootOf('glm')).toBe('/home/someone/.local/state/agent-tty/leases');
    expect(rootOf('glm', { environment: { XDG_STATE_HOME: '/state' } })).toBe('/state/agent-tty/leases');
    expect(rootOf('glm', { config: { root: '/configured' }, environment: { XDG_STATE_HOME: '/state' } })).toBe(
      '/configured',
    );
    expect(rootOf('glm', { config: { root: '/a' }, environment: { AGENT_TTY_LEASE_ROOT: '/b' } })).toBe('/b');
  });
});

describe('the configuration of leases', () => {
  it.each([
    [[], 'leases must be an object, found []'],
    [{ rooot: '/x' }, 'leases has the unknown key "rooot"; allowed are root, allowNetworkFs, providers'],
    [{ root: 'x' }, 'leases.root must be an absolute path, found "x"'],
    [{ providers: { 'A b': {} } }, 'leases.providers has the name "A b"'],
    [{ providers: { a: { kind: 'stateless' } } }, 'leases.providers.a.limit is missing'],
    [{ providers: { a: { kind: 'stateless', limit: 0 } } }, 'leases.providers.a.limit must be a whole number from 1'],
    [{ providers: { a: { kind: 'odd', limit: 1 } } }, 'leases.providers.a.kind must be one of shared-state'],
    [{ providers: { a: { kind: 'shared-state', limit: 1 } } }, 'leases.providers.a.identity is missing'],
    [
      { providers: { a: { kind: 'stateless', limit: 2, identity: { directory: '/d', accountEnv: 'A' } } } },
      'must have either directory or accountEnv',
    ],
    [
      { providers: { a: { kind: 'stateless', limit: 2, identity: { directory: 'd' } } } },
      'identity.directory must be an absolute path',
    ],
    [{ providers: { a: { kind: 'stateless', limit: 2, extra: 1 } } }, 'has the unknown key "extra"'],
  ])('is refused with what is wrong: %j', (value, problem) => {
    expect(leaseConfigProblem(value)).toContain(problem);
  });
});

import fs from 'node:fs';
import path from 'node:path';
import { delay, systemClock } from '../../src/base/clock.ts';
import { type CliCall, TestHome } from './cli.ts';

/** A home with the provider `demo`, and a root of leases that the given homes share. */
export class LeaseHome extends TestHome {
  readonly leases: string;

  /** `settings` of the home beside its provider. */
  constructor(limit: number, leases?: string, settings: Readonly<Record<string, unknown>> = {}) {
    super();
    this.leases = leases ?? path.join(this.root, 'leases');
    fs.mkdirSync(this.home, { mode: 0o700 });
    const demo = { kind: 'stateless', limit, maxHoldMs: 3_600_000 };
    fs.writeFileSync(
      path.join(this.home, 'config.json'),
      JSON.stringify({ ...settings, leases: { providers: { demo } } }),
      {
        mode: 0o600,
      },
    );
  }

  override get environment(): Record<string, string> {
    return { ...super.environment, AGENT_TTY_LEASE_TEST_MODE: '1', AGENT_TTY_LEASE_ROOT: this.leases };
  }

  /** Starts `lease run` of a shell line. */
  lease(line: string, ...options: readonly string[]): CliCall {
    return this.start(['lease', 'run', '--provider', 'demo', ...options, '--', 'sh', '-c', line]);
  }

  /** A command under a lease that runs, and the pid of it. */
  async holder(): Promise<{ call: CliCall; pid: number }> {
    const file = path.join(this.work, `pid-${fs.readdirSync(this.work).length}`);
    const call = this.lease(`echo $$ > ${file}.new; mv ${file}.new ${file}; echo up; exec sleep 60 >/dev/null 2>&1`);
    await call.untilOutput('up');
    return { call, pid: Number(fs.readFileSync(file, 'utf8')) };
  }

  /** How full the provider `demo` is. */
  async taken(): Promise<Readonly<Record<string, unknown>>> {
    const { providers } = await this.result(['lease', 'list', '--provider', 'demo']);
    const first: unknown = Array.isArray(providers) ? providers[0] : undefined;
    if (typeof first !== 'object' || first === null) throw new Error('lease list shows no provider');
    return { ...first };
  }

  /** Resolves when the provider `demo` has these counts. */
  async untilTaken(counts: Readonly<Record<string, number>>): Promise<void> {
    for (;;) {
      const now = await this.taken();
      if (Object.entries(counts).every(([name, count]) => now[name] === count)) return;
      await delay(systemClock, 20);
    }
  }

  /** Ref of the one holder of the provider `demo`, for `lease release`. */
  async ref(): Promise<string> {
    const { stdout } = await this.run(['lease', 'list', '--holders', '--provider', 'demo']);
    return stdout.trim().split('\n').at(-1)?.split(' ')[0] ?? '';
  }

  /** Puts a holder there whose record is full of what nobody may be told. Needs a place that was taken once. */
  plant(): Poison {
    const [key = ''] = fs.readdirSync(path.join(this.leases, 'v1', 'k'));
    const pid = 4_190_737;
    const holder = { pid, startTicks: '1', bootId: 'poison-boot', pidNs: '', timeNs: '', host: 'poison-host' };
    const work = { kind: 'process', id: pid, startTicks: '1', mark: 'poison-token' };
    const record = { v: 1, label: 'poison-label', session: 'poison\u001b[31m', holder, heldSinceMs: 0, work };
    const token = 'e'.repeat(32);
    const file = path.join(this.leases, 'v1', 'k', key, 'h', `0.000000000009.4.0.${token}`);
    fs.writeFileSync(file, JSON.stringify({ ...record, cwd: '/poison/cwd' }), { mode: 0o600 });
    return { key, pattern: new RegExp(`poison|${pid}|${token.slice(0, 8)}|${key}`) };
  }
}

interface Poison {
  readonly key: string;
  /** Matches any of it. */
  readonly pattern: RegExp;
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // gone
  }
}

export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(systemClock, 10);
}

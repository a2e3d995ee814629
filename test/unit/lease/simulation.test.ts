import { describe, expect, it } from 'vitest';
import { type Findings, Simulation, type SimulationOptions } from './simulator.ts';

const SEEDS = 40;

function simulateAll(options: Omit<SimulationOptions, 'seed'>): Findings[] {
  return Array.from({ length: SEEDS }, (_, seed) => new Simulation({ ...options, seed }).run());
}

function sum(all: readonly Findings[], what: 'grants' | 'refusals' | 'kills' | 'killsInside' | 'giveUps'): number {
  return all.reduce((total, findings) => total + findings[what], 0);
}

describe('processes that are cut and killed between any two steps', () => {
  it('never hold more than the limit, keep their order, and all get their turn', () => {
    const all = simulateAll({
      limits: Array.from({ length: 8 }, () => 3),
      turns: 400,
      killChance: 0.003,
      orphanChance: 0,
    });
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    // not vacuous: there were grants, refusals, and deaths in the middle of a call
    expect(sum(all, 'grants')).toBeGreaterThan(SEEDS * 20);
    expect(sum(all, 'refusals')).toBeGreaterThan(SEEDS);
    expect(sum(all, 'killsInside')).toBeGreaterThan(SEEDS);
    expect(sum(all, 'giveUps')).toBeGreaterThan(SEEDS);
  });

  it('keep to one at a time', () => {
    const all = simulateAll({ limits: [1, 1, 1, 1], turns: 300, killChance: 0.005, orphanChance: 0 });
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(sum(all, 'grants')).toBeGreaterThan(SEEDS * 10);
  });

  it('agree on the strictest limit when they were told different ones', () => {
    const all = simulateAll({ limits: [1, 4, 2, 4, 1, 3], turns: 400, killChance: 0.003, orphanChance: 0 });
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(sum(all, 'grants')).toBeGreaterThan(SEEDS * 10);
  });

  it('count the work that a killed holder left until it is gone', () => {
    const all = simulateAll({ limits: [2, 2, 2, 2, 2], turns: 400, killChance: 0.004, orphanChance: 0.5 });
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(sum(all, 'kills')).toBeGreaterThan(SEEDS * 5);
  });
});

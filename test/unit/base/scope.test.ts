import { describe, expect, it } from 'vitest';
import { Scope } from '../../../src/base/scope.ts';

describe('Scope', () => {
  it('releases in reverse order, all of them, and names what failed', async () => {
    const order: string[] = [];
    const scope = new Scope('test');
    scope.add('first', () => void order.push('first'));
    scope.add('second', () => {
      order.push('second');
      throw new Error('stuck');
    });
    scope.use('third', { [Symbol.dispose]: () => void order.push('third') });
    await expect(scope[Symbol.asyncDispose]()).rejects.toThrow('1 releases of test failed');
    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('releases once however often it is disposed, and at once what comes later', async () => {
    let released = 0;
    const scope = new Scope('test');
    scope.add('one', () => void released++);
    await Promise.all([scope[Symbol.asyncDispose](), scope[Symbol.asyncDispose]()]);
    expect(released).toBe(1);
    scope.add('late', () => void released++);
    await scope[Symbol.asyncDispose]();
    expect(released).toBe(2);
  });
});

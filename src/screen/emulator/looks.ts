/** How a screen looks beyond its cells: the colours that its program changed, and the shape of the cursor. */
import type { Terminal } from '@xterm/headless';
import type { ScreenColours, ScreenState } from '../../protocol/snapshot.ts';
import type { Colours } from './colours.ts';
import { cursorShape } from './emulatorState.ts';

const SHAPES = ['block', 'underline', 'bar'] as const;

/** Empty for a screen that is as a terminal is at first. */
export function looksOf(terminal: Terminal, colours: Colours): Pick<ScreenState, 'cursorStyle' | 'colours'> {
  const shape = cursorShape(terminal);
  const cursorStyle = SHAPES[Math.ceil(shape / 2) - 1];
  const changes = colours.changes();
  return {
    ...(cursorStyle === undefined ? {} : { cursorStyle }),
    ...(changes.length === 0 ? {} : { colours: describe(changes) }),
  };
}

function describe(changes: ReturnType<Colours['changes']>): ScreenColours {
  const special: Record<string, string> = {};
  const palette: Record<string, string> = {};
  for (const [key, colour] of changes) {
    const place = typeof key === 'number' ? palette : special;
    place[String(key)] = `#${colour.toString(16).padStart(6, '0')}`;
  }
  return { ...special, ...(Object.keys(palette).length === 0 ? {} : { palette }) };
}

// Node and esbuild load the addon's CommonJS build, which has a default export; the linter reads its other one.
// oxlint-disable-next-line import/default
import unicode from '@xterm/addon-unicode11';
import type { IUnicodeVersionProvider } from '@xterm/headless';
import { boundedUnicode } from './boundedUnicode.ts';

let unicodeProvider: IUnicodeVersionProvider | undefined;

/** The widths that all screens share. The addon only knows how to register itself at a terminal; this takes the provider that it would register. */
export function sharedUnicode(): IUnicodeVersionProvider {
  if (unicodeProvider !== undefined) return unicodeProvider;
  let base: IUnicodeVersionProvider | undefined;
  const register = (provider: IUnicodeVersionProvider): void => {
    base = provider;
  };
  new unicode.Unicode11Addon().activate({ unicode: { register } });
  if (base === undefined) throw new Error('the unicode addon registered no widths');
  unicodeProvider = boundedUnicode(base);
  return unicodeProvider;
}

/** Every language in which a frame can be typed, and the source of completion that does it. */
import type { CompletionSource } from './completionSource.ts';
import { dialectOf, type DialectName } from './dialects.ts';
import { replSource, type ReplName } from './repls.ts';
import { sentinelSource } from './sentinel.ts';

export type LanguageName = DialectName | ReplName;

/** The source for a program called `name` that speaks `language`; its marks carry `nonce`. */
export function languageSource(language: LanguageName, name: string, nonce: string): CompletionSource | undefined {
  if (language === 'python' || language === 'node' || language === 'pwsh') return replSource(language, nonce);
  const dialect = dialectOf(name) ?? dialectOf(language === 'fish' ? 'fish' : 'sh');
  return dialect === undefined ? undefined : sentinelSource(dialect, nonce);
}

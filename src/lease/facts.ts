/** What is known of providers without anybody saying so. Limits follow from what work there shares, not from wishes. */
import type { LeaseConfig, ProviderFact } from '../protocol/leaseConfig.ts';

/**
 * The built-in facts. A program with a directory of its own (login, history, caches) works in it one at a time; a plain interface over
 * the network takes four until somebody says otherwise.
 */
export const BUILT_IN_FACTS: Readonly<Record<string, ProviderFact>> = {
  claude: sharedDirectory('CLAUDE_CONFIG_DIR', '~/.claude'),
  gemini: sharedDirectory('GEMINI_CONFIG_DIR', '~/.gemini'),
  kimi: sharedDirectory('KIMI_SHARE_DIR', '~/.kimi'),
  grok: sharedDirectory('GROK_CONFIG_DIR', '~/.grok'),
  'grok-web': { kind: 'shared-state', limit: 1, identity: { accountEnv: 'GROK2API_ADMIN_KEY' } },
  deepseek: stateless('DEEPSEEK_API_KEY', 'AGENT_TTY_DEEPSEEK_LIMIT'),
  glm: stateless('ZAI_API_KEY', 'AGENT_TTY_GLM_LIMIT'),
};

function sharedDirectory(directoryEnv: string, directory: string): ProviderFact {
  return { kind: 'shared-state', limit: 1, identity: { directoryEnv, directory } };
}

function stateless(accountEnv: string, envCap: string): ProviderFact {
  return { kind: 'stateless', limit: 4, identity: { accountEnv }, envCap };
}

/** The facts of every provider that is known here: the built-in ones, with those of the home's configuration over them. */
export function knownProviders(config: LeaseConfig): ReadonlyMap<string, ProviderFact> {
  return new Map([...Object.entries(BUILT_IN_FACTS), ...Object.entries(config.providers ?? {})]);
}

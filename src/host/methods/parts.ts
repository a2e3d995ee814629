import type { HostStatus } from '../../protocol/methods/host.ts';
import type { SessionRegistry } from '../session/registry.ts';

/** What the methods may ask of the host itself. */
export interface HostControls {
  /** What the host knows of itself; the session counts come from the registry. */
  status(): Omit<HostStatus, 'sessions' | 'liveSessions' | 'stopping'>;
  stop(reason: string): void;
}

/** What handlers are made of. */
export interface HandlerParts {
  readonly registry: SessionRegistry;
  readonly host: HostControls;
}

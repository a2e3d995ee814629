/** The host's side of the contract: each method translated into a call on the registry, a session or the host itself. */
import type { Handlers } from '../../protocol/methods/handlers.ts';
import { hostHandlers } from './host.ts';
import { inputHandlers } from './input.ts';
import type { HandlerParts } from './parts.ts';
import { runHandlers } from './run.ts';
import { screenHandlers } from './screen.ts';
import { sessionHandlers } from './session.ts';
import { verbHandlers } from './sessionVerbs.ts';

export function createHandlers(parts: HandlerParts): Handlers {
  return {
    ...hostHandlers(parts),
    ...sessionHandlers(parts.registry),
    ...verbHandlers(parts.registry),
    ...runHandlers(parts.registry),
    ...inputHandlers(parts.registry),
    ...screenHandlers(parts.registry),
  };
}

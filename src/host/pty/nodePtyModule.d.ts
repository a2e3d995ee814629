/** node-pty is installed under an alias, and its own types name the package behind it. Only this much of it is used. */
declare module 'node-pty' {
  const nodePty: { readonly native?: unknown };
  export = nodePty;
}

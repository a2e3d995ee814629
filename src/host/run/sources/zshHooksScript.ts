/**
 * The start-up files that make an interactive zsh report its prompts, for a directory that stands in for ZDOTDIR while zsh
 * starts. `@...@` are filled in by `zshHooks.ts`.
 *
 * Facts it stands on (zshmisc(1), zshparam(1) and measurement with 5.9): zsh reads `$ZDOTDIR/.zshenv`, `.zprofile` (login),
 * `.zshrc`, `.zlogin` (login), looking ZDOTDIR up anew each time; `$?` and `$_` are the same before and after its hook
 * functions; preexec runs for a line that was parsed, precmd before every prompt; the mark of a partial line (PROMPT_SP)
 * is printed before precmd, where it would count as the command's output.
 */

/** What the hooks do. Defined before the user's files, whose aliases would change it; says nothing until installed. */
const FUNCTIONS = String.raw`__at_m='@NONCE@' __at_ran=0 __at_last= __at_sp=0 __at_stopped=0
typeset -gi __at_n=0

# Prints one mark. A function of the user's named builtin is put aside meanwhile.
__at_mark() {
  typeset __at_b=\${+functions[builtin]}
  if [[ $__at_b == 1 ]]; then disable -f builtin; fi
  builtin printf '\033]@OSC@;%s;%s\007' "$__at_m" "$1" >/dev/tty
  if [[ $__at_b == 1 ]]; then enable -f builtin; fi
}

# Before a command: its output begins here.
__at_preexec() {
  {
    __at_ran=1
    __at_stopped=\${#\${(M)jobstates:#suspended*}}
    if [[ $1 == (fg|%)* ]]; then __at_stopped=0; fi
    __at_mark "C;$__at_n"
  } 2>/dev/null
}

# Before a prompt: the status, and whether the command was stopped rather than ended. A line that zsh did not take leaves
# no status of its own. Then what PROMPT_SP would print, which zsh prints too early for us.
__at_precmd() {
  {
    typeset __at_s=$? __at_t=
    if [[ $__at_done == 1 ]]; then __at_done=0; return "$__at_s"; fi
    if [[ $__at_ran == 0 && -o hist_verify ]] && __at_given_back; then return "$__at_s"; fi
    __at_done=\${1-0}
    if [[ -o prompt_sp ]]; then __at_sp=1; \builtin unsetopt prompt_sp; fi
    case $__at_s in (14[5-9]|150) if (( \${#\${(M)jobstates:#suspended*}} > __at_stopped )); then __at_t=';T'; fi ;; esac
    if [[ $__at_ran == 0 && $__at_s == "$__at_last" ]]; then __at_mark "D;$__at_n;"; else __at_mark "D;$__at_n;$__at_s$__at_t"; fi
    __at_last=$__at_s __at_ran=0
    (( __at_n += 1 ))
    if [[ $__at_sp == 1 && -o prompt_cr ]]; then __at_partial; fi
    if [[ -o err_exit || -o err_return ]]; then return 0; fi
    return "$__at_s"
  } 2>/dev/null
}

# Whether the next prompt begins with the line that was typed, as hist_verify has it: then it is not answered yet.
__at_given_back() {
  typeset __at_l
  \builtin read -rz __at_l || return 1
  \builtin print -rz -- "$__at_l"
}

# The mark of a partial line, then enough spaces to reach the next line only if the cursor was not in the first column.
__at_partial() {
  \builtin emulate -L zsh
  typeset __at_e=\${PROMPT_EOL_MARK-'%B%S%#%s%b'} __at_z='%([BSUbfksu]|([FK]|){*})'
  typeset -i __at_w=\${(m)#\${(S%%)__at_e//$~__at_z/}}
  \builtin print -nP -- "$__at_e" >/dev/tty
  \builtin printf '%*s\r%*s\r' $(( COLUMNS - __at_w )) '' $__at_w '' >/dev/tty
}`;

/** After the user's files. A function named precmd runs before all others, so it gets ours in front. */
const INSTALL = String.raw`__at_done=0
if [[ -o prompt_sp ]]; then __at_sp=1; \builtin unsetopt prompt_sp; fi
precmd_functions=(__at_precmd \${precmd_functions-})
preexec_functions=(\${preexec_functions-} __at_preexec)
if (( \${+functions[precmd]} )); then functions[precmd]="__at_precmd 1
\${functions[precmd]}"; fi`;

/** The user's own directory counts again. */
const LEND = String.raw`if (( __at_has )); then ZDOTDIR=$__at_user; else \builtin unset ZDOTDIR; fi`;

function script(template: string): string {
  const parts: Readonly<Record<string, string>> = { '@LEND@': LEND, '@FUNCTIONS@': FUNCTIONS, '@INSTALL@': INSTALL };
  return `# Written by agent-tty for one session and removed once read.\n${template}`
    .replaceAll(/@(?:LEND|FUNCTIONS|INSTALL)@/g, (name) => parts[name] ?? name)
    .replaceAll('\\${', '${');
}

/** `.zshenv`, read by every zsh: the user's own directory counts while the user's file is read. */
export const ZSH_ENV = script(String.raw`@RESTORE@
__at_dir=@DIRECTORY@
if [[ -o interactive && -o rcs ]]; then
@FUNCTIONS@
fi
if [[ -r \${ZDOTDIR-$HOME}/.zshenv ]]; then \builtin . \${ZDOTDIR-$HOME}/.zshenv; fi
__at_user=\${ZDOTDIR-} __at_has=\${+ZDOTDIR}
if [[ -o interactive && -o rcs ]]; then ZDOTDIR=$__at_dir; fi
`);

/** `.zprofile`, of a login shell. */
export const ZSH_PROFILE = script(String.raw`@LEND@
if [[ -r \${ZDOTDIR-$HOME}/.zprofile ]]; then \builtin . \${ZDOTDIR-$HOME}/.zprofile; fi
__at_user=\${ZDOTDIR-} __at_has=\${+ZDOTDIR}
ZDOTDIR=$__at_dir
`);

/** `.zshrc`, of an interactive shell: the user's directory is given back for good, then the hooks are installed. */
export const ZSH_RC = script(String.raw`@LEND@
if [[ \${HISTFILE-} == $__at_dir/* ]]; then HISTFILE=\${ZDOTDIR-$HOME}/\${HISTFILE:t}; fi
\builtin unset __at_dir __at_user __at_has
if [[ -r \${ZDOTDIR-$HOME}/.zshrc ]]; then \builtin . \${ZDOTDIR-$HOME}/.zshrc; fi
{
@INSTALL@
} 2>/dev/null
`);

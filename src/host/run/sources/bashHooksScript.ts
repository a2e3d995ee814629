/**
 * The start-up file that makes an interactive bash report its prompts. `@NONCE@`, `@OSC@` and `@LOGIN@` are filled in by
 * `bashHooks.ts`; a backslash before `${` is the template's, not the script's.
 *
 * Facts it stands on (bash(1) and measurement; 5.2 tested, 4.4 to 5.1 written from the manual): bash restores `$?` and
 * `$_` around every element of PROMPT_COMMAND; a plain assignment to PROMPT_COMMAND changes element 0 only; PS0 (4.4) is
 * expanded in the shell itself after a line was read; functions defined before the user's files are free of their aliases.
 * Every bash from 3.2 on can parse it: what is newer stands in expansions, which are looked at only when they are carried out.
 */
export const BASH_HOOKS_SCRIPT = String.raw`# Written by agent-tty for one session and removed once read.
__at_m='@NONCE@'
__at_n=0
__at_c=
__at_w=
__at_done=
__at_front=$'{\n__at_end\n} 9>&2 >/dev/null 2>&1'
__at_back=$'{\n__at_late\n} 9>&2 >/dev/null 2>&1'
__at_tail=
__at_ps0=

# Prints one mark. A function of the user's named builtin that does nothing, or a printf that was disabled, is walked around
# in a subshell, where posix mode puts the special built-in unset before all functions.
__at_print() {
  __at_w=
  builtin printf -v __at_w %s ok
  if [[ $__at_w == ok ]]; then
    builtin printf '\033]@OSC@;%s;%s\007' "$__at_m" "$1" >/dev/tty
  else
    ( POSIXLY_CORRECT=1; \unset -f builtin printf; builtin enable printf; builtin printf '\033]@OSC@;%s;%s\007' "$__at_m" "$1" >/dev/tty )
  fi
}

# The prompt is over: says so with the status, raises the number, puts a lost start mark back. Keeps $?. Where nothing can
# be put back any more, it is silent: an end without its beginning would look like a line that was not taken.
__at_end() {
  __at_s=\${1-$?}
  __at_w=
  if [[ -n $__at_tail && \${PROMPT_COMMAND+\${PROMPT_COMMAND@a}}\${PS0+\${PS0@a}} == *r* ]]; then
    if [[ $- == *e* ]]; then return 0; fi
    return "$__at_s"
  fi
  if (( __at_s > 128 && __at_s <= 160 )) && [[ -n $(builtin jobs -s %% 2>/dev/null) ]]; then
    case $(builtin kill -l "$__at_s" 2>/dev/null) in TSTP|STOP|TTIN|TTOU) __at_w=';T' ;; esac
    # A job that the command killed is still listed as stopped until bash hears of its end: its process knows better.
    __at_j=$(builtin jobs -p %% 2>/dev/null)
    if builtin read -r __at_j 2>/dev/null </proc/"$__at_j"/stat && [[ \${__at_j##*) } != T* ]]; then __at_w=; fi
  fi
  __at_print "D;$__at_n;$__at_s$__at_w"
  __at_n=$((__at_n + 1))
  __at_c=$'\033]@OSC@;'"$__at_m;C;$__at_n"$'\007'
  __at_done=1
  if [[ -n $__at_tail ]]; then __at_arm; fi
  if [[ $- == *e* ]]; then return 0; fi
  return "$__at_s"
}

# PS0 prints the start mark after whatever the user has there. Without promptvars bash expands nothing: then the mark itself.
# It goes to standard error (9 here); where that leads elsewhere, a substitution prints the mark to the terminal.
__at_arm() {
  __at_w=$__at_tail
  if [[ ":$BASHOPTS:" != *:promptvars:* ]]; then __at_w=$__at_c
  elif [[ ! -t 9 ]]; then __at_w='\${__at_c+$(__at_print "C;$__at_n")}'; fi
  if [[ -n $__at_ps0 ]]; then PS0=\${PS0-}; PS0=\${PS0%"$__at_ps0"}; fi
  PS0=\${PS0-}$__at_w
  __at_ps0=$__at_w
}

# The last element: speaks up when the first one was replaced, and puts it back.
__at_late() {
  __at_s=$?
  if [[ -z $__at_done ]]; then
    __at_end "$__at_s"
    PROMPT_COMMAND[0]=$__at_front\${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
  fi
  __at_done=
}

# After the user's files. Installs nothing where it could not keep its promises: the host then sees no mark. Before 4.4 there
# is no PS0, and a DEBUG trap, which could take its place, does not see a command that begins with a subshell.
__at_install() {
  __at_s=$?
  __at_v=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))
  if (( __at_v < 404 )); then return "$__at_s"; fi
  if [[ \${PROMPT_COMMAND+\${PROMPT_COMMAND@a}}\${PS0+\${PS0@a}} == *r* ]]; then return "$__at_s"; fi
  __at_t=$(builtin trap -p DEBUG)
  __at_tail='\${__at_c+\${__at_c#"\${PROMPT_COMMAND:=$__at_front}"}}'
  # A second element survives plain assignments and cleared variables. It would disturb DEBUG traps and bash-preexec, and
  # an exported PROMPT_COMMAND must stay a string.
  if (( __at_v >= 501 )) && [[ -z $__at_t && -z \${bash_preexec_imported-}\${__bp_imported-} && \${PROMPT_COMMAND+\${PROMPT_COMMAND@a}} != *x* ]]; then
    __at_tail='\${__at_c+\${__at_c#"\${PROMPT_COMMAND[99]:=$__at_back}"}}'
    PROMPT_COMMAND[99]=$__at_back
  fi
  PROMPT_COMMAND=$__at_front\${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
  return "$__at_s"
}

@LOGIN@
{ __at_install && :; } >/dev/null 2>&1
`.replaceAll('\\${', '${');

/** What a login shell reads, in bash's order. */
export const BASH_LOGIN_FILES = String.raw`if [[ -r /etc/profile ]]; then \. /etc/profile; fi
if [[ -r ~/.bash_profile ]]; then \. ~/.bash_profile
elif [[ -r ~/.bash_login ]]; then \. ~/.bash_login
elif [[ -r ~/.profile ]]; then \. ~/.profile
fi`;

/** What an interactive shell that is no login shell reads; a system-wide file, where there is one, bash has read by itself. */
export const BASH_INTERACTIVE_FILES = String.raw`if [[ -r ~/.bashrc ]]; then \. ~/.bashrc; fi`;

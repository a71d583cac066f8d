import Foundation

/// The scripts that hand a command line to `jobs __complete` and offer what it answers. They know no command themselves, so that they
/// stay right when commands come and go.
///
/// `jobs` is a command of every shell, too: the scripts call the program by its path, and the names of their functions are their own
/// (`_jobs` is zsh's).
enum CompletionScripts {
  /// - Parameter program: the path of the program; when nothing is there any more, the first `jobs` on PATH answers.
  static func text(for shell: Completion.Shell, program: String) -> String {
    let quote = shell == .fish ? program.replacing("\\", with: "\\\\").replacing("'", with: "\\'") : program.replacing("'", with: "'\\''")
    let script =
      switch shell {
      case .bash: bash
      case .zsh: zsh
      case .fish: fish
      }
    return script.replacing("@PROGRAM@", with: "'\(quote)'")
  }

  /// Where the program lies.
  static var ownPath: String {
    // Linux always tells; where it does not, the name that was typed is the best there is.
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  private static let bash = #"""
    # bash completion of jobs
    _market_jobs() {
      local program=@PROGRAM@ word line kind value current IFS=$' \t\n'
      [[ -x $program ]] || program="$(type -P jobs)" || return
      local -a words=()
      # bash takes `=` and `:` for ends of words; here they are part of one.
      local index join=0
      for ((index = 1; index <= COMP_CWORD; index++)); do
        word="${COMP_WORDS[index]}"
        if [[ $index -gt 1 && ( $join == 1 || $word == [=:] ) && ${#words[@]} -gt 0 && "$COMP_LINE" == *"${words[-1]}$word"* ]]; then
          words[-1]+="$word"
        else
          words+=("$word")
        fi
        if [[ $word == [=:] ]]; then join=1; else join=0; fi
      done
      current="${words[-1]}"
      COMPREPLY=()
      kind=""
      while IFS= read -r line; do
        if [[ -z $kind ]]; then kind="$line"; continue; fi
        value="${line%%$'\t'*}"
        # What stands before the last end of a word, as bash sees it, is there already.
        case "$current" in
          *[=:]*) value="${value#"${current%"${current##*[=:]}"}"}" ;;
        esac
        COMPREPLY+=("$value")
      done < <("$program" __complete -- "${words[@]}" 2>/dev/null)
      case "$kind" in
        :files) compopt -o default 2>/dev/null ;;
        :folders) compopt -o dirnames 2>/dev/null ;;
      esac
      if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
    }
    complete -F _market_jobs jobs
    """#

  private static let zsh = #"""
    #compdef jobs
    # zsh completion of jobs: as a file `_market_jobs` in a folder at the beginning of fpath, or sourced behind compinit
    _market_jobs() {
      local program=@PROGRAM@ kind line value meaning
      local -a lines described open
      [[ -x $program ]] || program="$(whence -p jobs)" || return
      lines=("${(@f)$($program __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
      kind="${lines[1]}"
      case "$kind" in
        (:files) _files; return ;;
        (:folders) _files -/; return ;;
      esac
      for line in "${(@)lines[2,-1]}"; do
        [[ -n $line ]] || continue
        value="${line%%$'\t'*}"
        meaning="${line#*$'\t'}"
        if [[ $value == *= ]]; then
          open+=("$value")
        elif [[ -n $meaning ]]; then
          described+=("${value//:/\\:}:$meaning")
        else
          described+=("${value//:/\\:}")
        fi
      done
      (( ${#open} )) && compadd -S '' -a open
      (( ${#described} )) && _describe -V jobs described
    }
    if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
      _market_jobs "$@"
    elif (( $+functions[compdef] )); then
      compdef _market_jobs jobs
    fi
    """#

  private static let fish = #"""
    # fish completion of jobs
    function __market_jobs_complete
      set -l words (commandline -opc)
      set -l current (commandline -ct)
      set -l program @PROGRAM@
      test -x $program; or set program (type -P jobs)
      set -l lines ($program __complete -- $words[2..-1] "$current" 2>/dev/null)
      switch "$lines[1]"
        case ':files'
          __fish_complete_path "$current"
        case ':folders'
          __fish_complete_directories "$current" ''
        case '*'
          for line in $lines[2..-1]
            echo $line
          end
      end
    end
    # fish's own command of this name has completions, too.
    complete -c jobs -e
    complete -c jobs -f -k -a '(__market_jobs_complete)'
    """#
}

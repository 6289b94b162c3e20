# Sourced by ./check: runs stages, counts their tests and tells how long each took.

passed=0 failed=0 skipped=0 summary=()

# count PASSED FAILED SKIPPED
count() {
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# count_junit STATUS FILE: what a test runner wrote; a status that the file does not explain is one failure more.
count_junit() {
  local counts=(0 0 0)
  [[ -f $2 ]] && read -ra counts < <(tools/count_tests.py "$2")
  [[ $1 == 0 || ${counts[1]} -gt 0 ]] || counts[1]=1
  count "${counts[@]}"
}

# one COMMAND...: a check that counts as one test.
one() {
  local log=build/one.log
  mkdir -p build
  if "$@" >"$log" 2>&1; then
    count 1 0 0
  else
    count 0 1 0
    grep -E ' (warning|error): ' "$log" | sort -u | head -n 50  # which may lie far before the end
    tail -n 50 "$log"
  fi
}

# build PRESET [TARGET...]: speaks, counts and fails only when the build fails.
build() {
  local preset=$1 log=build/$1.log
  shift
  mkdir -p build
  if ! { cmake --preset "$preset" &&
         cmake --build --preset "$preset" --parallel "$(jobs_that_fit)" ${1+--target "$@"}; } >"$log" 2>&1; then
    count 0 1 0
    grep -E -A20 'error|Error|FAILED' "$log" | head -n 60
    return 1
  fi
}

# run_tests PRESET: CTest by the test preset, without the lines of the tests that pass.
run_tests() {
  local junit=$root/build/$1.xml status=0
  rm -f "$junit"
  ctest --preset "$1" --parallel "$(nproc)" --output-junit "$junit" >"build/$1.tests.log" 2>&1 || status=$?
  grep -vE '^ *(Start +[0-9]|[0-9]+/[0-9]+ Test .* (Passed|\*\*\*Skipped) )' "build/$1.tests.log"
  count_junit $status "$junit"
}

# emulated NAME EMULATOR... TEST [OPTION...]: a program of tests in an emulator of another processor.
emulated() {
  local junit=$root/build/$1.xml status=0
  shift
  rm -f "$junit"
  "$@" --gtest_brief=1 --gtest_output="xml:$junit" 2> >(grep -v "TCG doesn't support" >&2) || status=$?
  count_junit $status "$junit"
}

# run_stage NAME: the function of that name, in time.
run_stage() {
  local began=$SECONDS failed_before=$failed verdict=passed status=0
  echo "== $1"
  "$1" || status=$?
  [[ $status == 0 || $failed -gt $failed_before ]] || count 0 1 0  # it broke off before it could count
  [[ $failed == "$failed_before" ]] || verdict=FAILED
  summary+=("$(printf '%-8s %s, %d:%02d' "$1" $verdict $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)))")
}

summarise() {
  printf '%s\n' "" "${summary[@]}" "" "$passed passed, $failed failed, $skipped skipped"
  [[ $failed == 0 ]]
}

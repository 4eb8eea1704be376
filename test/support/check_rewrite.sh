#!/bin/sh
# Tests a rewrite by itself: made wherever it can be in before.cpp, one part of
# FILE, it gives after.cpp, the other part, to the letter, and that compiles.
#   check_rewrite.sh LLVM-BIN APPLY-REWRITE TEMP FLAGS FILE NAME
set -e
llvm=$1 apply=$2 temp=$3 flags=$4 file=$5 name=$6
rm -rf "$temp.dir"
"$llvm/split-file" "$file" "$temp.dir"
cd "$temp.dir"
# What is outside of the project is not edited; this is its mark.
touch .clang-tidy
# shellcheck disable=SC2086  # FLAGS are several words
"$llvm/clang++" -fsyntax-only -Wall -Werror $flags before.cpp
# shellcheck disable=SC2086
"$apply" "--rewrite=$name" before.cpp -- $flags >made.cpp
diff -u after.cpp made.cpp
# shellcheck disable=SC2086
"$llvm/clang++" -fsyntax-only -Wall -Werror $flags made.cpp

# The flags of every target of Mana, as one interface target.
add_library(mana_flags INTERFACE)
target_compile_features(mana_flags INTERFACE cxx_std_20)
# No contraction: a*b+c is a fused multiply-add only where the code says so, so inlining never changes bits.
target_compile_options(mana_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -ffp-contract=off -fno-math-errno -fvisibility=hidden)
# GCC begins to look for memory that it no longer needs at 128 MiB, which precompiled headers alone fill, and again and again.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(mana_flags INTERFACE "SHELL:--param ggc-min-heapsize=524288")
endif()
if(MANA_WERROR)
  target_compile_options(mana_flags INTERFACE -Werror)
endif()
if(MANA_SANITIZE)
  target_compile_options(mana_flags INTERFACE -fsanitize=${MANA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(mana_flags INTERFACE -fsanitize=${MANA_SANITIZE})
endif()

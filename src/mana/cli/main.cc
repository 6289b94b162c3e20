#include "mana/cli/shell/program.h"

int main(int argument_count, char** arguments) { return mana::cli::run_program(argument_count, arguments); }

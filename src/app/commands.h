/* The table of commands. */
#pragma once

#include "cli/cli.h"

extern const Command *const app_commands[];
extern const size_t app_command_n;

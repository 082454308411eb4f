/* The table of routes. */
#pragma once

#include "web/route.h"

extern const Route *const app_routes[];
extern const size_t app_route_n;

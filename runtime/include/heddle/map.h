/// Maps that tasks share. Which one: docs/runtime/maps.md.
#pragma once

#include "heddle/concurrent_map.h"
#include "heddle/sharded_map.h"
#include "heddle/single_flight.h"

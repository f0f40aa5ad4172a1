/// @file
/// How LibTorch uses the cores in a program that has threads of its own.
#pragma once

#include "graft/core/export.hpp"

namespace graft {

/// Tells LibTorch to use one thread for what the calling thread computes; without it each call uses all cores. For
/// threads of a pool that classify at the same time: called once at the beginning of each, it gives the most images per
/// second. Other threads are not affected.
GRAFT_EXPORT void use_one_thread_here();

}  // namespace graft

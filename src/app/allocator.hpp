/// @file
/// The allocator's way with freed pages, which decides how fast LibTorch is.
#pragma once

#include <string>

namespace graft {

/// "tcmalloc" or "glibc malloc".
[[nodiscard]] std::string allocator_name();

/// Makes glibc's malloc keep what is freed. LibTorch frees the activations of every layer; as shipped, glibc returns
/// them to the kernel and fetches fresh pages for the next layer, up to half of the running time. Does nothing where
/// tcmalloc is linked in, which keeps them anyway.
void keep_freed_pages();

}  // namespace graft

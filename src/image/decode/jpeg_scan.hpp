/// @file
/// The bits of a JPEG's scan, walked without being decoded.
#pragma once

// jpeglib.h uses size_t and FILE without including them
// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include <string_view>

namespace graft {

/// Whether the entropy decoder lost its place in a scan that it has decoded to its last block: bytes behind that block
/// are then the rest of the picture, not something that does not belong to it. It did where the last byte that it used
/// does not end in the ones that fill it (ITU T.81, F.1.2.3), or where more blocks follow up to the very end.
///
/// Looks at scans of one pass with Huffman codes and no restart markers; of others it says no.
/// @param scan the bytes behind the scan's header
[[nodiscard]] bool lost_its_place(const jpeg_decompress_struct& info, std::string_view scan);

}  // namespace graft

/// @file
/// How reports look, and the little that moves in them.
#pragma once

#include <string_view>

namespace graft {

/// Of pictures with axes, for light and dark.
[[nodiscard]] std::string_view plot_style();
/// Of whole pages, besides.
[[nodiscard]] std::string_view page_style();
/// Hints where the pointer is, and tables sorted by a click. Everything can be read without it.
[[nodiscard]] std::string_view page_script();

}  // namespace graft

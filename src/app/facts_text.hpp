/// @file
/// The facts of a file, for people.
#pragma once

#include <string>

#include "export/file_facts.hpp"

namespace graft {

[[nodiscard]] std::string text_of(const FileFacts& facts);

}  // namespace graft

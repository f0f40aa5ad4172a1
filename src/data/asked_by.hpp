/// @file
/// Who asked for images: messages name the option that is at hand there.
#pragma once

#include <string>

namespace graft {

enum class AskedBy { application, config, command };

/// What to do about unknown classes that may be left out: "add --classes use_known".
[[nodiscard]] std::string use_known_text(AskedBy asked_by);

}  // namespace graft

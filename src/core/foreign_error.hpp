/// @file
/// What other libraries' exceptions say, for people.
#pragma once

#include <string>

namespace graft {

/// The part of a foreign exception's text that tells people something: TorchScript's errors end in it, LibTorch's begin
/// with it and go on with a stack trace. One line.
[[nodiscard]] std::string cause_in(const std::string& what);

}  // namespace graft

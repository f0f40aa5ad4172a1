/// @file
/// A decision in a config and in graft.json.
#pragma once

#include "config/fields.hpp"
#include "graft/record/decision.hpp"

namespace graft {

void describe(Fields& fields, Decision& decision);

}  // namespace graft

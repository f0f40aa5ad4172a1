/// @file
/// The pretrained network of a run, as a config describes it.
#pragma once

#include <optional>
#include <string>

#include "config/fields.hpp"
#include "core/device.hpp"
#include "network/load_state.hpp"

namespace graft {

struct BackboneOptions {
    std::string name;
    std::optional<std::string> weights;  ///< a file, a name of the manifest, or "random"; nothing: the manifest's first
    std::string freeze = "all";
    Precision precision = Precision::float32;  ///< of the frozen part
    LoadOptions allowance;
};
void describe(Fields& fields, BackboneOptions& options);

}  // namespace graft

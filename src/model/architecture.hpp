/// @file
/// The architectures that graft defines itself. One file each in model/architectures/, one line each in
/// model/architectures/builtin_architectures.inc.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/registry.hpp"
#include "model/layers.hpp"

namespace graft {

/// A network without its classifier, cut into stages. Parameters are there, their values are not.
struct Architecture {
    std::string name;
    NamedModules stages;        ///< in order; each `[N,C,H,W] -> [N,C',H',W']`
    std::int64_t channels = 0;  ///< C of the last stage's output
    /// How names in published state dicts begin, and how the same parameters begin here; the first match counts.
    std::vector<std::pair<std::string, std::string>> renames;
    std::string classifier;  ///< prefix of the classifier's parameters in published state dicts, for example "fc."
};

struct ArchitectureRow {
    std::string name, summary;
    /// Builds it for inputs of that many pixels (padding may depend on them).
    std::function<Architecture(std::int64_t height, std::int64_t width)> make;
};

/// The architectures that graft brings.
[[nodiscard]] const Registry<ArchitectureRow>& builtin_architectures();

}  // namespace graft

/// @file
/// What the sample images show: eight subjects, each known by its shape and its texture, never by its colour.
#pragma once

#include <string>

#include "core/registry.hpp"
#include "samples/sample_surface.hpp"

namespace graft {

/// One class of sample image. `make` draws one individual: no two gears have the same teeth.
struct SampleSubject {
    std::string name;
    Shader (*make)(Rng& rng);
};

/// In alphabetical order.
[[nodiscard]] const Registry<SampleSubject>& sample_subjects();

}  // namespace graft

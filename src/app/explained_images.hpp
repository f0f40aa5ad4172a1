/// @file
/// `graft predict --explain`: images with what speaks for their class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>

#include "core/files.hpp"
#include "graft/core/reporter.hpp"

namespace graft {

struct ExplainOptions {
    std::filesystem::path folder;
    std::size_t workers = 0;  ///< 0: one per core
    std::int64_t max_pixels = 0;
    std::stop_token stop;
    Present present = Present::kept;
};

/// Writes "00001-NAME.png", … into the folder, numbered like the images; those that cannot be read are left out.
/// @param model model.pt
void explain_images(const std::filesystem::path& model, std::span<const std::filesystem::path> images,
                    const ExplainOptions& options, Reporter& reporter);

}  // namespace graft

/// @file
/// Findings for people and for programs.
#pragma once

#include <span>
#include <string>

#include "config/json.hpp"
#include "insight/findings.hpp"

namespace graft {

/// "fish/001.jpg", and with its part before it where there are several: "test/fish/001.jpg".
[[nodiscard]] std::string name_of(const CheckedData& data, const CheckedImage& image);

/// What is said of a finding's images: title "near leaks", sentence "25 images are almost one of another part".
struct FindingWords {
    std::string title, sentence;
};
[[nodiscard]] FindingWords words_for(const Finding& finding);

/// Of one image: "fish/001.jpg = fish/014.jpg", "fish/002.jpg (0.12)".
[[nodiscard]] std::string line_for(const CheckedData& data, std::span<const CheckedImage> images,
                                   const Finding& finding, const FoundImage& found);

/// Some lines per finding: how many images, and the oddest three.
[[nodiscard]] std::string findings_text(const CheckedData& data, std::span<const CheckedImage> images,
                                        std::span<const Finding> findings);

/// A list of objects with kind, what it means and the images or classes.
[[nodiscard]] Json findings_json(const CheckedData& data, std::span<const CheckedImage> images,
                                 std::span<const Finding> findings);

/// A row for each image of each finding: kind, part, file, class, score, other_part, other_file, other_class.
[[nodiscard]] std::string findings_csv(const CheckedData& data, std::span<const CheckedImage> images,
                                       std::span<const Finding> findings);

}  // namespace graft

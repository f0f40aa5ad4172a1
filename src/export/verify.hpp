/// @file
/// Does a model give here what it gave where it was made, and does another file give the same?
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "export/runnable_model.hpp"

namespace graft {

/// How much one image differs: at every stage the largest difference of any value, on a scale of 0 to 1.
struct ImageComparison {
    std::string image, reference;  ///< what was compared, and with what
    double decode = 0, tensor = 0;
    double outputs = 0;  ///< of probabilities, or of numbers in standard deviations of what the model was trained on
    std::string error = {};                     ///< why there is no comparison; then the numbers mean nothing
    std::string outputs_are = "probabilities";  ///< what the last stage is called: name_of_outputs of the model

    /// The first stage that differs by more than `tolerance`, or "".
    [[nodiscard]] std::string first_difference(double tolerance) const;
};

struct Verification {
    double tolerance = 0;
    std::string model, engine, against, against_engine;
    std::vector<std::string> contract;  ///< what the two files say differently of themselves
    std::vector<ImageComparison> images;

    /// "", or what differs first: "contract", "decode", "tensor", "probabilities" or "values".
    [[nodiscard]] std::string first_difference() const;
    [[nodiscard]] std::size_t unreadable() const;
};

/// Plays the golden images of a model and compares with what it says came of them.
/// @throws DataError when it carries none
void replay_golden_images(const RunnableModel& model, Verification& into);

/// Runs both on the golden images of `model` and on `files`, each prepared as the file says, and compares.
/// @param advance called after every file of `files`
void compare_models(const RunnableModel& model, const RunnableModel& other,
                    std::span<const std::filesystem::path> files, const std::function<void(std::size_t)>& advance,
                    Verification& into);

[[nodiscard]] Json to_json(const Verification& verification);

}  // namespace graft

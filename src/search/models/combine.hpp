/// @file
/// One model of several: an ensemble, or weights averaged.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "deploy/model_file.hpp"

namespace graft {

/// A model whose output is the mean of the models': probabilities, or the numbers of a regression. Where all have the
/// same trunk it runs once.
/// @param names of the files, for messages
/// @throws ConfigError when the models differ in task, outputs or preprocessing
[[nodiscard]] ModelFile ensemble_of(std::span<const ModelFile> models, std::span<const std::string> names);

/// The mean of the models' weights.
/// @throws ConfigError also when they are not of the same architecture
[[nodiscard]] ModelFile average_of(std::span<const ModelFile> models, std::span<const std::string> names);

struct SoupRecord {
    struct Step {
        std::size_t model = 0;  ///< which of those given
        double alone = 0;       ///< its score
        double together = 0;    ///< of the average with it
        bool taken = false;
    };
    std::vector<Step> steps;  ///< the best model first
    double score = 0;         ///< of the soup
};

struct Soup {
    ModelFile model;
    SoupRecord record;
};

/// Greedy soup (Wortsman et al. 2022): from the best model on, each joins the average if that does not become worse.
/// @param score of a model on validation images; more is better
[[nodiscard]] Soup greedy_soup(std::span<const ModelFile> models, std::span<const std::string> names,
                               const std::function<double(const ModelFile&)>& score);

}  // namespace graft

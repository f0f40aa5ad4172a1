/// @file
/// Whose name is whose: the names of a file's tensors matched against those of an architecture.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "network/architecture.hpp"
#include "network/state_dict.hpp"

namespace graft {

/// The tensors of an architecture by its own names. They are the modules' own.
using TargetTensors = std::map<std::string, at::Tensor>;
[[nodiscard]] TargetTensors tensors_of(const Architecture& architecture);

/// The architecture's name of a published parameter: `stage1.0.block.0.0.weight` of `features.1.0.block.0.0.weight`.
/// Where a file keeps in several tensors what is one here, the name has a mark: see `row_share`.
[[nodiscard]] std::string own_name(const Architecture& architecture, const std::string& published);

/// The other way round: the one name that the parameter has in torchvision's files, or in those that it was published
/// in.
[[nodiscard]] std::string published_name(const Architecture& architecture, const std::string& own);

/// A tensor, or an equal share of its rows: `attention.{1/3}weight` is the middle third of `attention.weight`. Renames
/// write it so where a file has query, key and value apart.
struct RowShare {
    std::string name;
    std::int64_t part = 0, parts = 1;
};
[[nodiscard]] RowShare row_share(const std::string& own);
/// The share of a tensor. Its rows must be divisible.
[[nodiscard]] at::Tensor rows_of(const at::Tensor& tensor, const RowShare& share);

/// Whether the values of one fit the other: the sizes agree, axes of length 1 aside (a scale per channel is [C,1,1] in
/// one library and [C] in another).
[[nodiscard]] bool fits(at::IntArrayRef a, at::IntArrayRef b);

/// What stands before the names that are meant.
struct NamePrefix {
    std::string text;                   ///< "encoder_q.", or "" when names begin as the architecture's do
    std::vector<std::string> also_fit;  ///< others that fit as well and hold other values
    bool is_decided = true;             ///< false: `also_fit` are as likely to be meant
};

/// The prefix with which most of the architecture's tensors are found, by name and shape. No prefix at all wins over
/// one that is no better, and over one that finds less than half of them. Of several that fit equally well, those of a
/// slowly following copy ("momentum_encoder.", "encoder_k.", "target_network.") are not meant.
[[nodiscard]] NamePrefix find_prefix(const Architecture& architecture, const TargetTensors& targets,
                                     const StateDict& state);

/// The tensors whose names begin with the prefix, without it. They are the same tensors.
[[nodiscard]] StateDict below_prefix(const StateDict& state, std::string_view prefix);

}  // namespace graft

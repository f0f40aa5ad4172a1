/// @file
/// Finds the state dict in what a checkpoint pickled: the whole of it, or the part under a customary key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weights/format/pickle_value.hpp"
#include "weights/format/tensor_layout.hpp"

namespace graft {

/// The tensors of the state dict in `root`, in order. Wrappers ({"state_dict": …}, {"model_state_dict": …},
/// {"model": …}) are opened, prefixes that all names share ("module." of DataParallel, "_orig_mod." of torch.compile)
/// are dropped; each is told in `notes`.
/// Throws DataError naming `where` when there is no state dict, more than one, or something in it is no tensor.
[[nodiscard]] std::vector<NamedLayout> state_dict_of(const PickleValue& root, std::string_view where,
                                                     std::vector<std::string>& notes);

}  // namespace graft

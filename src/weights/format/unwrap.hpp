/// @file
/// Finds the state dict in what somebody saved, and gives its tensors the names that the network's author knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weights/format/pickle.hpp"
#include "weights/format/tensor_layout.hpp"

namespace graft {

/// Which part of a file is meant. Empty: whatever can be found without doubt.
struct WeightsChoice {
    std::string key;     ///< the dict that holds the tensors, keys on the way joined by '/': "model_ema", "ema/model"
    std::string prefix;  ///< of the names that are meant, to be dropped: "module.encoder_q."
};

/// The tensors of the one state dict in `root`, in order: `root` itself, or a dict below it that holds tensors under
/// text keys, or what the attributes of a pickled torch.nn.Module hold (it is not built). The states of optimizers are
/// none. What is no tensor in a state dict is left out. What was opened, left out and passed over is told in `notes`.
/// Throws DataError naming `where` when there is no state dict, none of the key, or several and no key.
[[nodiscard]] std::vector<NamedLayout> state_dict_of(const PickleValue& root, const WeightsChoice& choice,
                                                     std::string_view where, std::vector<std::string>& notes);

/// Drops what wrappers put into names: "module." before all of them (DataParallel, DistributedDataParallel,
/// AveragedModel, whose `n_averaged` goes too), "_orig_mod." (torch.compile), "_fsdp_wrapped_module." and
/// "_checkpoint_wrapped_module." wherever they stand. With a prefix, only the tensors whose names begin with it are
/// kept, without it.
/// Throws DataError naming `where` when no name begins with the prefix, or two tensors get the same name.
void tidy_names(std::vector<NamedLayout>& tensors, const std::string& prefix, std::string_view where,
                std::vector<std::string>& notes);

/// Both, for a pickle that was read, whose strangers are told too.
[[nodiscard]] std::vector<NamedLayout> chosen_tensors(const Pickle& pickle, const WeightsChoice& choice,
                                                      std::string_view where, std::vector<std::string>& notes);

}  // namespace graft

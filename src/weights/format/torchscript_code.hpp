/// @file
/// The code inside a TorchScript archive, checked before LibTorch compiles it, because parts of it run while it loads.
#pragma once

#include <string>
#include <string_view>

namespace graft {

/// Whether LibTorch may read a record of that name as code; like LibTorch, without regard to case.
[[nodiscard]] bool is_code(std::string_view record);
/// Whether a record makes LibTorch read code from records of any name, as before PyTorch 1.4.
[[nodiscard]] bool is_old_index(std::string_view record);

/// The first word in TorchScript source that leads out of the computation: to files (`torch.save`, `torch.from_file`),
/// to other processes and libraries (`c10d`, `rpc_sync`, `_nnapi`), or to a name that is put together (`getattr` with
/// anything but one plain literal, which is what LibTorch writes). "" when there is none. A word counts wherever it
/// stands, also in a string or a comment: what is not parsed cannot be parsed in another way than LibTorch does.
[[nodiscard]] std::string word_that_leads_out(std::string_view source);

}  // namespace graft

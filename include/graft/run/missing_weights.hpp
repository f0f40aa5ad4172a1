/// @file
/// What to do about pretrained weights that a config names and this machine has not.
#pragma once

namespace graft {

enum class MissingWeights {
    download,  ///< they are fetched from where the manifest says, and checked
    refuse,    ///< an error that says where they are and how to bring them
};

}  // namespace graft

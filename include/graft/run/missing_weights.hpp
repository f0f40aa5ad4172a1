/// @file
/// What to do about pretrained weights that a config names and that are not on this machine.
#pragma once

namespace graft {

enum class MissingWeights {
    download,  ///< they are downloaded from the manifest's address, and checked
    refuse,    ///< an error that says where they are and how to bring them
};

}  // namespace graft

/// @file
/// What to do with images and class folders that are not as they should be.
#pragma once

namespace graft {

enum class OnBadImage {
    fail,  ///< an error that lists every bad file
    skip,  ///< they are left out, and listed
};

/// What to do with class folders that do not match the classes a model knows.
enum class ClassMismatch {
    fail,       ///< an error that lists missing and unknown class folders
    use_known,  ///< images of unknown classes are left out, missing ones may be missing
};

}  // namespace graft

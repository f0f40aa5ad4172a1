/// @file
/// The precompiled header of the library's LibTorch files. Files include what they use all the same.
#pragma once

#include <torch/optim.h>
#include <torch/script.h>

/// @file
/// Computing alone for a while.
#pragma once

#include <ATen/Parallel.h>

namespace graft {

/// The calling thread computes alone as long as this lives: its helpers would wait for work in a loop, on cores that
/// others need.
class OneThreadHere {
public:
    OneThreadHere() { at::set_num_threads(1); }
    ~OneThreadHere() { at::set_num_threads(before_); }
    OneThreadHere(const OneThreadHere&) = delete;
    OneThreadHere& operator=(const OneThreadHere&) = delete;

private:
    int before_ = at::get_num_threads();
};

}  // namespace graft

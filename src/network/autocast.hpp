/// @file
/// LibTorch's autocast for a while.
#pragma once

#include <ATen/autocast_mode.h>
#include <c10/core/DeviceType.h>

namespace graft {

/// On the calling thread and in this scope: convolutions and dense layers compute with bfloat16, norms and softmax with
/// float32. Each weight is used once, so none is kept as bfloat16.
class Autocast {
public:
    Autocast(c10::DeviceType device, bool enabled)
        : device_(device),
          was_enabled_(at::autocast::is_autocast_enabled(device)),
          dtype_(at::autocast::get_autocast_dtype(device)),
          was_cached_(at::autocast::is_autocast_cache_enabled()) {
        at::autocast::set_autocast_cache_enabled(false);
        at::autocast::set_autocast_dtype(device, at::kBFloat16);
        at::autocast::set_autocast_enabled(device, enabled);
    }
    ~Autocast() {
        at::autocast::set_autocast_enabled(device_, was_enabled_);
        at::autocast::set_autocast_dtype(device_, dtype_);
        at::autocast::set_autocast_cache_enabled(was_cached_);
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
    c10::DeviceType device_;
    // As the application had them.
    bool was_enabled_;
    at::ScalarType dtype_;
    bool was_cached_;
};

}  // namespace graft

#include "network/depthwise.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

namespace graft {
namespace {

/// A call's tensors as plain memory, channels last.
struct Maps {
    const float *x, *gradient;
    float* sums;  ///< [kernel_y, kernel_x, C]
    std::int64_t images, channels, height, width, out_height, out_width, kernel_y, kernel_x;
    DepthwiseMove move;
};

/// Outputs of a row or column whose tap `k` lies within the input: [first, second).
std::pair<std::int64_t, std::int64_t> outputs_inside(std::int64_t k, std::int64_t stride, std::int64_t pad,
                                                     std::int64_t inputs, std::int64_t outputs) {
    const std::int64_t offset = pad - k;  // output o reads input o * stride - offset
    const std::int64_t first = offset <= 0 ? 0 : (offset + stride - 1) / stride;
    const std::int64_t beyond = inputs + offset;
    return {first, std::min(outputs, beyond <= 0 ? 0 : (beyond + stride - 1) / stride)};
}

/// Sums for kVectors * (floats of a Vector) channels from `channel` on. Vectors lie in registers while a tap's sum
/// runs over a whole map.
template <class Vector, std::size_t kVectors>
[[gnu::always_inline]] inline void sum_channels(const Maps& m, std::int64_t channel) {
    constexpr std::size_t kFloats = sizeof(Vector) / sizeof(float);
    for (std::int64_t image = 0; image < m.images; ++image)
        for (std::int64_t ky = 0; ky < m.kernel_y; ++ky)
            for (std::int64_t kx = 0; kx < m.kernel_x; ++kx) {
                const auto [top, bottom] = outputs_inside(ky, m.move.stride_y, m.move.pad_y, m.height, m.out_height);
                const auto [left, right] = outputs_inside(kx, m.move.stride_x, m.move.pad_x, m.width, m.out_width);
                float* place = m.sums + (ky * m.kernel_x + kx) * m.channels + channel;
                std::array<Vector, kVectors> sums;
                std::memcpy(sums.data(), place, sizeof sums);
                for (std::int64_t y = top; y < bottom; ++y) {
                    const std::int64_t row = image * m.height + y * m.move.stride_y + ky - m.move.pad_y;
                    const float* x =
                        m.x + (row * m.width + left * m.move.stride_x + kx - m.move.pad_x) * m.channels + channel;
                    const float* gradient =
                        m.gradient + ((image * m.out_height + y) * m.out_width + left) * m.channels + channel;
                    for (std::int64_t i = left; i < right; ++i) {
                        for (std::size_t v = 0; v < kVectors; ++v) {
                            Vector a, b;
                            std::memcpy(&a, x + v * kFloats, sizeof a);
                            std::memcpy(&b, gradient + v * kFloats, sizeof b);
                            sums[v] += a * b;
                        }
                        x += m.move.stride_x * m.channels;
                        gradient += m.channels;
                    }
                }
                std::memcpy(place, sums.data(), sizeof sums);
            }
}

/// Channels [first, last), as many at once as fit.
template <class Vector>
[[gnu::always_inline]] inline void sum_range(const Maps& m, std::int64_t first, std::int64_t last) {
    constexpr std::int64_t kFloats = sizeof(Vector) / sizeof(float);
    for (; last - first >= 4 * kFloats; first += 4 * kFloats) sum_channels<Vector, 4>(m, first);
    for (; last - first >= kFloats; first += kFloats) sum_channels<Vector, 1>(m, first);
    for (; first < last; ++first) sum_channels<float, 1>(m, first);
}

using Floats4 = float __attribute__((vector_size(16)));

void sum_plain(const Maps& m, std::int64_t first, std::int64_t last) { sum_range<Floats4>(m, first, last); }

#if defined(__x86_64__)
using Floats8 = float __attribute__((vector_size(32)));
using Floats16 = float __attribute__((vector_size(64)));

[[gnu::target("avx2")]] void sum_avx2(const Maps& m, std::int64_t first, std::int64_t last) {
    sum_range<Floats8>(m, first, last);
}
[[gnu::target("avx512f")]] void sum_avx512(const Maps& m, std::int64_t first, std::int64_t last) {
    sum_range<Floats16>(m, first, last);
}

/// The same numbers whichever is taken: every channel has a sum of its own, in the same order.
auto choose_sum() {
    if (__builtin_cpu_supports("avx512f")) return sum_avx512;
    if (__builtin_cpu_supports("avx2")) return sum_avx2;
    return sum_plain;
}
#else
auto choose_sum() { return sum_plain; }
#endif

/// Whether the weights' gradient is graft's own.
bool is_large_depthwise(const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef dilation, std::int64_t groups) {
    const auto one = [](std::int64_t value) { return value == 1; };
    return x.dim() == 4 && weight.dim() == 4 && groups > 1 && groups == x.size(1) && groups == weight.size(0) &&
           weight.size(1) == 1 && weight.size(2) * weight.size(3) > 9 && std::ranges::all_of(dilation, one) &&
           x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat && x.device().is_cpu();
}

class LargeDepthwise : public torch::autograd::Function<LargeDepthwise> {
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              std::vector<std::int64_t> stride, std::vector<std::int64_t> padding) {
        context->save_for_backward({x, weight});
        at::Tensor y = at::conv2d(x, weight, {}, stride, padding, {1, 1}, weight.size(0));
        context->saved_data["stride"] = std::move(stride);
        context->saved_data["padding"] = std::move(padding);
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1], &gradient = gradients[0];
        const std::vector<std::int64_t> stride = context->saved_data["stride"].toIntVector(),
                                        padding = context->saved_data["padding"].toIntVector();
        at::Tensor of_x, of_weight;
        if (context->needs_input_grad(0))
            of_x = std::get<0>(at::convolution_backward(gradient, x, weight, std::nullopt, stride, padding, {1, 1},
                                                        false, {0, 0}, weight.size(0), {true, false, false}));
        if (context->needs_input_grad(1))
            of_weight = depthwise_weight_gradient(x, gradient, weight.size(2), weight.size(3),
                                                  {stride[0], stride[1], padding[0], padding[1]});
        return {of_x, of_weight, at::Tensor(), at::Tensor()};
    }
};

std::vector<std::int64_t> pair_of(at::IntArrayRef values) { return {values.front(), values.back()}; }

}  // namespace

at::Tensor depthwise_weight_gradient(const at::Tensor& x, const at::Tensor& gradient, std::int64_t kernel_y,
                                     std::int64_t kernel_x, const DepthwiseMove& move) {
    static const auto sum = choose_sum();
    constexpr std::int64_t kChannelsAtOnce = 64;
    const at::Tensor maps = x.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor slopes = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const std::int64_t channels = x.size(1);
    at::Tensor sums = at::zeros({kernel_y, kernel_x, channels});
    const Maps m{maps.const_data_ptr<float>(),
                 slopes.const_data_ptr<float>(),
                 sums.data_ptr<float>(),
                 x.size(0),
                 channels,
                 x.size(2),
                 x.size(3),
                 gradient.size(2),
                 gradient.size(3),
                 kernel_y,
                 kernel_x,
                 move};
    at::parallel_for(0, (channels + kChannelsAtOnce - 1) / kChannelsAtOnce, 1, [&](std::int64_t from, std::int64_t to) {
        sum(m, from * kChannelsAtOnce, std::min(channels, to * kChannelsAtOnce));
    });
    return sums.permute({2, 0, 1}).unsqueeze(1).contiguous();  // [C,1,kernel_y,kernel_x]
}

at::Tensor conv2d_to_train(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                           at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                           std::int64_t groups) {
    // Autocast leaves convolutions in groups as they are: oneDNN's bfloat16 ones are slower than float32.
    const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
    const at::Tensor input = x.to(weight.scalar_type());
    if (!is_large_depthwise(input, weight, dilation, groups))
        return at::conv2d(input, weight, bias, stride, padding, dilation, groups);
    const at::Tensor y = LargeDepthwise::apply(input, weight, pair_of(stride), pair_of(padding));
    return bias && bias->defined() ? y + bias->view({1, -1, 1, 1}) : y;
}

}  // namespace graft

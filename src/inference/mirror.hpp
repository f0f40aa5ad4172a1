/// @file
/// A frozen network with TensorFlow's "SAME" padding, made fast by looking at images in a mirror.
#pragma once

#include <memory>

namespace torch::jit {
struct Graph;
}

namespace graft {

/// Where a convolution halves a map of even size, "SAME" padding adds more zeros behind than before, which LibTorch's
/// convolutions cannot do: the map is copied into a larger one first, at a fifth of the time of a small network. The
/// mirror image needs more zeros before than behind, and there symmetric padding does the same: the zeros too many
/// behind are never read. So all kernels are mirrored in both directions, the padding becomes the convolution's own,
/// and the network gives for mirrored images the mirrored maps, or the same vectors once maps are pooled.
///
/// @param graph of a frozen module, images in, one tensor out; it is changed
/// @return false, and nothing is changed, where no convolution is padded so or an operator is not known to commute with
///         mirroring
[[nodiscard]] bool mirror_same_padding(torch::jit::Graph& graph);

}  // namespace graft

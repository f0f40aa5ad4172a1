/// Tensors cut into parts and put together.
#include <algorithm>
#include <limits>

#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

using Integers = std::vector<std::int64_t>;

std::string slice_of(OperatorCall& call, const std::string& x, std::int64_t dim, std::int64_t start, std::int64_t end,
                     std::int64_t step = 1) {
    GraphBuilder& graph = call.graph();
    return graph.node(
        "Slice", {x, graph.integers({start}), graph.integers({end}), graph.integers({dim}), graph.integers({step})});
}

void slice(OperatorCall& call) {
    const std::int64_t dim = call.dimension("dim", call.rank("self"));
    const std::int64_t start = call.integer_or("start", 0), step = call.integer_or("step", 1);
    const std::int64_t end = call.integer_or("end", std::numeric_limits<std::int64_t>::max());
    if (call.shape("self") == call.result_shape() && step == 1) return call.result(call.tensor("self"));
    call.result(slice_of(call, call.tensor("self"), dim, start,
                         std::min<std::int64_t>(end, std::numeric_limits<std::int32_t>::max()), step));
}

void narrow(OperatorCall& call) {
    const std::int64_t start = call.integer("start");
    call.result(slice_of(call, call.tensor("self"), call.dimension("dim", call.rank("self")), start,
                         start + call.integer("length")));
}

/// Reshape's sizes for a part of a tensor whose first dimension is the images.
Integers sizes_of_part(const OperatorCall& call, Integers shape) {
    if (std::ranges::count(shape, -1) > 1) call.fail("two dimensions of its result depend on the number of images");
    return shape;
}

/// One index of a dimension, which goes away.
std::string selected(OperatorCall& call, std::int64_t dim, std::int64_t index, const Integers& shape) {
    const std::int64_t end = index == -1 ? std::numeric_limits<std::int32_t>::max() : index + 1;
    const std::string part = slice_of(call, call.tensor("self"), dim, index, end);
    return call.graph().node("Reshape", {part, call.graph().integers(sizes_of_part(call, shape))});
}

void select(OperatorCall& call) {
    call.result(selected(call, call.dimension("dim", call.rank("self")), call.integer("index"), call.result_shape()));
}

void unbind(OperatorCall& call) {
    std::vector<std::string> names;
    const std::int64_t dim = call.dimension("dim", call.rank("self"));
    for (std::size_t i = 0; i < call.result_count(); ++i)
        names.push_back(selected(call, dim, static_cast<std::int64_t>(i), call.result_shape(i)));
    call.results(names);
}

/// Consecutive parts along a dimension, as large as they were in the runs.
void split(OperatorCall& call) {
    const std::int64_t dim = call.dimension("dim", call.rank("self"));
    std::int64_t start = 0;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < call.result_count(); ++i) {
        const std::int64_t size = call.result_shape(i)[static_cast<std::size_t>(dim)];
        if (size < 0) call.fail("it divides the images of a batch");
        names.push_back(slice_of(call, call.tensor("self"), dim, start, start + size));
        start += size;
    }
    call.results(names);
}

void cat(OperatorCall& call) {
    const auto rank = static_cast<std::int64_t>(call.result_shape().size());
    call.result(call.graph().node("Concat", call.tensors("tensors"), {{"axis", call.dimension("dim", rank)}}));
}

/// Values move by `shifts` along `dims`; what leaves at the end comes back at the beginning.
void roll(OperatorCall& call) {
    const Integers shifts = call.integers("shifts"), dims = call.integers("dims");
    if (dims.size() != shifts.size()) call.fail("a roll over the flattened tensor is not written");
    std::string x = call.tensor("self");
    for (std::size_t i = 0; i < dims.size(); ++i) {
        const std::int64_t dim = dims[i] < 0 ? dims[i] + call.rank("self") : dims[i];
        const std::int64_t size = call.shape("self")[static_cast<std::size_t>(dim)];
        if (size < 0) call.fail("it rolls over the images of a batch");
        const std::int64_t cut = size - ((shifts[i] % size) + size) % size;
        if (cut == size) continue;
        x = call.graph().node("Concat", {slice_of(call, x, dim, cut, size), slice_of(call, x, dim, 0, cut)},
                              {{"axis", dim}});
    }
    call.result(x);
}

}  // namespace

OperatorRows part_operators() {
    return {{"aten::slice", slice},   {"aten::narrow", narrow}, {"aten::select", select},
            {"aten::chunk", split},   {"aten::split", split},   {"aten::split_with_sizes", split},
            {"aten::unbind", unbind}, {"aten::cat", cat},       {"aten::roll", roll}};
}

}  // namespace graft

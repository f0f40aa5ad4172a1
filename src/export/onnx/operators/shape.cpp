/// Operators that move values and do not change them.
#include <algorithm>

#include "export/onnx/operator_call.hpp"

namespace graft {
namespace {

using Integers = std::vector<std::int64_t>;

/// ONNX's sizes for Reshape: 0 keeps a size, -1 is found from the others.
Integers reshape_sizes(const OperatorCall& call, const Integers& from, Integers to) {
    if (std::ranges::count(to, -1) > 1) call.fail("two dimensions of its result depend on the number of images");
    if (!to.empty() && to.front() == -1 && !from.empty() && from.front() == -1 && call.keeps_first_size("self"))
        to.front() = 0;
    return to;
}

/// The same values in the same order, in the shape that the result had in the runs.
void reshape(OperatorCall& call) {
    const Integers from = call.shape("self"), to = call.result_shape();
    if (from == to && std::ranges::count(to, -1) <= 1) return call.result(call.tensor("self"));
    GraphBuilder& graph = call.graph();
    call.result(graph.node("Reshape", {call.tensor("self"), graph.integers(reshape_sizes(call, from, to))}));
}

void same(OperatorCall& call) { call.result(call.tensor("self")); }

void dropout(OperatorCall& call) {
    if (call.flag_or("train", false)) call.fail("dropout in training mode is random");
    call.result(call.tensor("input"));
}

/// A change of type or device: only float32 stays what it is.
void to(OperatorCall& call) {
    if (!call.result_is_float()) call.fail("only float32 is written");
    same(call);
}

void transpose_by(OperatorCall& call, const Integers& order) {
    call.result(call.graph().node("Transpose", {call.tensor("self")}, {{"perm", order}}));
}

Integers in_order(std::int64_t rank) {
    Integers order(static_cast<std::size_t>(rank));
    for (std::int64_t i = 0; i < rank; ++i) order[static_cast<std::size_t>(i)] = i;
    return order;
}

void permute(OperatorCall& call) {
    Integers order = call.integers("dims");
    for (std::int64_t& dim : order)
        if (dim < 0) dim += call.rank("self");
    transpose_by(call, order);
}

void transpose(OperatorCall& call) {
    const std::int64_t rank = call.rank("self");
    Integers order = in_order(rank);
    std::swap(order[static_cast<std::size_t>(call.dimension("dim0", rank))],
              order[static_cast<std::size_t>(call.dimension("dim1", rank))]);
    transpose_by(call, order);
}

void expand(OperatorCall& call) {
    if (call.shape("self") == call.result_shape()) return same(call);
    Integers sizes = call.result_shape();
    std::ranges::replace(sizes, -1, 1);  // 1 keeps what is there: the number of images is there already
    if (call.shape("self").empty() || call.shape("self").front() != call.result_shape().front())
        call.fail("it repeats an image over the batch");
    call.result(call.graph().node("Expand", {call.tensor("self"), call.graph().integers(sizes)}));
}

/// PyTorch lists the last dimension first, beginning and end; ONNX all beginnings, then all ends.
void pad_with(OperatorCall& call, const std::string& mode, double value) {
    const Integers pairs = call.integers("pad");
    const auto rank = static_cast<std::size_t>(call.rank("self"));
    Integers pads(2 * rank, 0);
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
        const std::size_t dim = rank - 1 - i / 2;
        pads[dim] = pairs[i];
        pads[rank + dim] = pairs[i + 1];
    }
    if (std::ranges::all_of(pads, [](std::int64_t pad) { return pad == 0; })) return same(call);
    call.result(call.graph().pad(call.tensor("self"), pads, mode, value));
}

void constant_pad_nd(OperatorCall& call) { pad_with(call, "constant", call.number_or("value", 0)); }
void reflection_pad(OperatorCall& call) { pad_with(call, "reflect", 0); }
void replication_pad(OperatorCall& call) { pad_with(call, "edge", 0); }
void pad(OperatorCall& call) {
    const std::string mode = call.text_or("mode", "constant");
    if (mode == "circular") call.fail("circular padding is not written");
    pad_with(call, mode == "replicate" ? "edge" : mode, call.number_or("value", 0));
}

}  // namespace

OperatorRows shape_operators() {
    return {{"aten::reshape", reshape},
            {"aten::view", reshape},
            {"aten::_unsafe_view", reshape},
            {"aten::flatten", reshape},
            {"aten::unflatten", reshape},
            {"aten::squeeze", reshape},
            {"aten::unsqueeze", reshape},
            {"aten::permute", permute},
            {"aten::transpose", transpose},
            {"aten::t",
             [](OperatorCall& call) {
                 transpose_by(call, {1, 0});
             }},
            {"aten::expand", expand},
            {"aten::expand_as", expand},
            {"aten::contiguous", same},
            {"aten::clone", same},
            {"aten::detach", same},
            {"aten::alias", same},
            {"prim::unchecked_cast", [](OperatorCall& call) { call.result(call.tensor("x")); }},
            {"aten::to", to},
            {"aten::dropout", dropout},
            {"aten::feature_dropout", dropout},
            {"aten::constant_pad_nd", constant_pad_nd},
            {"aten::reflection_pad2d", reflection_pad},
            {"aten::replication_pad2d", replication_pad},
            {"aten::pad", pad}};
}

}  // namespace graft

/// @file
/// One call of an operator in a TorchScript graph, and the ONNX nodes that stand for it. Arguments are asked for by the
/// names that they have in PyTorch's schema, so that overloads and versions with more arguments make no difference.
#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/registry.hpp"
#include "export/onnx/graph_builder.hpp"

namespace graft {

/// Images in the two runs. One would be special: dimensions of size 1 broadcast.
constexpr std::array<std::int64_t, 2> kProbeBatches = {2, 3};

struct TracedValue {
    std::array<c10::IValue, 2> runs;
    bool of_images = false;          ///< computed from pixels, not only from their number; or else a node's result
    std::string onnx;                ///< its name in the ONNX graph; empty when it has none (yet)
    std::vector<TracedValue> items;  ///< of a list or tuple that is of images

    /// Sizes of the tensor; -1 where they differ between the runs.
    [[nodiscard]] std::vector<std::int64_t> shape() const {
        const auto first = runs[0].toTensor().sizes(), second = runs[1].toTensor().sizes();
        std::vector<std::int64_t> shape = first.vec();
        for (std::size_t i = 0; i < shape.size() && i < second.size(); ++i)
            if (first[i] != second[i]) shape[i] = -1;
        return shape;
    }
};

class OperatorCall {
public:
    /// @param where the part of the network, for error messages
    /// @param outputs hold what the two runs gave; results are written into them
    OperatorCall(const torch::jit::Node& node, std::string where, std::span<const TracedValue> inputs,
                 std::span<TracedValue> outputs, GraphBuilder& graph)
        : node_(node), where_(std::move(where)), inputs_(inputs), outputs_(outputs), graph_(graph) {}

    [[nodiscard]] GraphBuilder& graph() const { return graph_; }

    /// The schema has this argument, and it is not None.
    [[nodiscard]] bool has(const char* argument) const;
    [[nodiscard]] std::int64_t integer(const char* argument) const;
    [[nodiscard]] std::vector<std::int64_t> integers(const char* argument) const;
    [[nodiscard]] double number(const char* argument) const;
    /// The value, or what to take when the argument is absent or None.
    [[nodiscard]] double number_or(const char* argument, double otherwise) const;
    [[nodiscard]] std::int64_t integer_or(const char* argument, std::int64_t otherwise) const;
    [[nodiscard]] bool flag_or(const char* argument, bool otherwise) const;
    [[nodiscard]] std::string text_or(const char* argument, const std::string& otherwise) const;

    /// The name in the ONNX graph of a tensor or number; constants become initializers.
    [[nodiscard]] std::string tensor(const char* argument) const;
    /// The same for one side of a sum or product with `other`. A constant loses the sizes of 1 that it begins with:
    /// OpenCV counts its dimensions from the end.
    [[nodiscard]] std::string operand(const char* argument, const char* other) const;
    [[nodiscard]] bool is_constant(const char* argument) const { return !value(argument).of_images; }
    /// A tensor that does not depend on the images, as float32.
    [[nodiscard]] at::Tensor constant(const char* argument) const;
    /// The name that a constant has in the network, for its initializer.
    [[nodiscard]] std::string constant_name(const char* argument) const;
    /// Names of the tensors of a list.
    [[nodiscard]] std::vector<std::string> tensors(const char* argument) const;
    [[nodiscard]] bool is_text(const char* argument) const { return value(argument).runs[0].isString(); }
    [[nodiscard]] bool is_boolean(const char* argument) const;
    /// Sizes; -1 where they depend on the number of images.
    [[nodiscard]] std::vector<std::int64_t> shape(const char* argument) const { return value(argument).shape(); }
    [[nodiscard]] std::int64_t rank(const char* argument) const;
    /// The argument `dim` as an index from 0, for a tensor of that rank.
    [[nodiscard]] std::int64_t dimension(const char* argument, std::int64_t rank) const;

    [[nodiscard]] std::vector<std::int64_t> result_shape() const { return outputs_.front().shape(); }
    [[nodiscard]] bool result_is_float() const {
        return outputs_.front().runs[0].toTensor().scalar_type() == at::kFloat;
    }
    /// The result has as many rows as the argument, whatever the number of images.
    [[nodiscard]] bool keeps_first_size(const char* argument) const;
    /// How many tensors the list has that the operator gives.
    [[nodiscard]] std::size_t result_count() const;
    [[nodiscard]] std::vector<std::int64_t> result_shape(std::size_t item) const;

    /// The first output is the value of that name.
    void result(const std::string& name) { outputs_.front().onnx = name; }
    /// The only output is a list of these.
    void results(const std::vector<std::string>& names);

    /// Throws Error that names the operator, the part of the network and the problem.
    [[noreturn]] void fail(const std::string& problem) const;

private:
    [[nodiscard]] std::size_t index(const char* argument) const;
    [[nodiscard]] const TracedValue& value(const char* argument) const;
    [[nodiscard]] const c10::IValue& fixed(const char* argument) const;
    [[nodiscard]] std::string name_of(const TracedValue& value, const std::string& constant_name) const;
    [[nodiscard]] std::string repeated(const TracedValue& value, const std::string& constant_name) const;

    const torch::jit::Node& node_;
    std::string where_;
    std::span<const TracedValue> inputs_;
    std::span<TracedValue> outputs_;
    GraphBuilder& graph_;
};

/// How an operator of PyTorch is written in ONNX. `name` is qualified, without overload: "aten::relu".
struct OperatorRow {
    std::string name;
    void (*convert)(OperatorCall& call);
};
using OperatorTable = Registry<OperatorRow>;

/// The operators that graft exports.
[[nodiscard]] const OperatorTable& builtin_operators();

/// The name of the input of the whole graph.
constexpr const char* kImagesName = "images";

using OperatorRows = std::vector<OperatorRow>;

[[nodiscard]] OperatorRows convolution_operators();
[[nodiscard]] OperatorRows pooling_operators();
[[nodiscard]] OperatorRows arithmetic_operators();
[[nodiscard]] OperatorRows activation_operators();
[[nodiscard]] OperatorRows normalisation_operators();
[[nodiscard]] OperatorRows dense_operators();
[[nodiscard]] OperatorRows shape_operators();
[[nodiscard]] OperatorRows part_operators();
[[nodiscard]] OperatorRows quantisation_operators();

}  // namespace graft

#include "export/onnx/operator_call.hpp"

#include <ATen/ops/equal.h>

#include <algorithm>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

/// "self.trunk.stem.conv1.weight_fused_bn" is called "trunk.stem.conv1.weight".
std::string readable(std::string name) {
    if (name.starts_with("self.")) name.erase(0, 5);
    if (const std::size_t folded = name.find("_fused_bn"); folded != std::string::npos) name.erase(folded);
    const bool number = std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; });
    return number ? "constant" : name;
}

/// What images are computed with; a traced module holds numbers as integers that Python took for them.
at::Tensor as_float(const at::Tensor& tensor) { return tensor.is_floating_point() ? tensor : tensor.to(at::kFloat); }

bool same(const c10::IValue& one, const c10::IValue& other) {
    if (one.isTensor() && other.isTensor())
        return one.toTensor().is_same(other.toTensor()) || at::equal(one.toTensor(), other.toTensor());
    return one == other;
}

}  // namespace

void OperatorCall::fail(const std::string& problem) const {
    throw Error("ONNX: the operator " + std::string(node_.kind().toQualString()) + " in " + where_ + ": " + problem);
}

std::size_t OperatorCall::index(const char* argument) const {
    const auto& arguments = node_.schema().arguments();
    const auto found = std::ranges::find(arguments, argument, [](const c10::Argument& a) { return a.name(); });
    return static_cast<std::size_t>(found - arguments.begin());
}

const TracedValue& OperatorCall::value(const char* argument) const {
    const std::size_t i = index(argument);
    if (i >= inputs_.size()) fail(std::string("has no argument called ") + argument + " in this form");
    return inputs_[i];
}

bool OperatorCall::has(const char* argument) const {
    const std::size_t i = index(argument);
    return i < inputs_.size() && !inputs_[i].runs[0].isNone();
}

const c10::IValue& OperatorCall::fixed(const char* argument) const {
    const TracedValue& traced = value(argument);
    if (traced.of_images || !same(traced.runs[0], traced.runs[1]))
        fail(std::string("its argument ") + argument + " depends on the images or their number; expected a constant");
    return traced.runs[0];
}

std::int64_t OperatorCall::integer(const char* argument) const {
    const c10::IValue& found = fixed(argument);
    return found.isTensor() ? found.toTensor().item<std::int64_t>() : found.toInt();
}

std::vector<std::int64_t> OperatorCall::integers(const char* argument) const {
    const c10::IValue& found = fixed(argument);
    if (found.isInt()) return {found.toInt()};
    if (!found.isIntList())
        fail(std::string("its argument ") + argument + " is a " + found.tagKind() + "; expected integers");
    return found.toIntVector();
}

double OperatorCall::number(const char* argument) const {
    const c10::IValue& found = fixed(argument);
    return found.isTensor() ? found.toTensor().item<double>() : found.toScalar().toDouble();
}

double OperatorCall::number_or(const char* argument, double otherwise) const {
    return has(argument) ? number(argument) : otherwise;
}
std::int64_t OperatorCall::integer_or(const char* argument, std::int64_t otherwise) const {
    return has(argument) ? integer(argument) : otherwise;
}
bool OperatorCall::flag_or(const char* argument, bool otherwise) const {
    return has(argument) ? fixed(argument).toBool() : otherwise;
}
std::string OperatorCall::text_or(const char* argument, const std::string& otherwise) const {
    return has(argument) ? fixed(argument).toStringRef() : otherwise;
}

std::string OperatorCall::repeated(const TracedValue& traced, const std::string& constant_name) const {
    const at::Tensor first = traced.runs[0].toTensor(), second = traced.runs[1].toTensor();
    const std::vector<std::int64_t> shape = traced.shape();
    const bool rows = !shape.empty() && shape.front() == -1 && std::ranges::count(shape, -1) == 1;
    if (!rows || first.size(0) != kProbeBatches[0] || second.size(0) != kProbeBatches[1] ||
        !at::equal(first, first.narrow(0, 0, 1).expand_as(first)) ||
        !at::equal(second, first.narrow(0, 0, 1).expand_as(second)))
        fail("a tensor that no image went into depends on the number of images in a way that is no repetition");
    const std::string row = graph_.constant(as_float(first.narrow(0, 0, 1)), constant_name);
    const std::string all_sizes = graph_.node("Shape", {kImagesName});
    const std::string images =
        graph_.node("Slice", {all_sizes, graph_.integers({0}), graph_.integers({1}), graph_.integers({0})});
    const std::vector<std::int64_t> rest(shape.begin() + 1, shape.end());
    const std::string sizes =
        rest.empty() ? images : graph_.node("Concat", {images, graph_.integers(rest)}, {{"axis", std::int64_t{0}}});
    return graph_.node("Expand", {row, sizes});
}

std::string OperatorCall::name_of(const TracedValue& traced, const std::string& constant_name) const {
    if (!traced.onnx.empty()) return traced.onnx;
    if (traced.of_images) fail("uses a result of another operator that ONNX files of graft do not have");
    if (!traced.runs[0].isTensor()) return graph_.number(traced.runs[0].toScalar().toDouble());
    if (!same(traced.runs[0], traced.runs[1])) return repeated(traced, constant_name);
    const at::Tensor tensor = as_float(traced.runs[0].toTensor());
    return graph_.constant(tensor.dim() == 0 ? tensor.reshape({1}) : tensor, constant_name);
}

std::string OperatorCall::constant_name(const char* argument) const {
    return readable(node_.input(index(argument))->debugName());
}

std::string OperatorCall::tensor(const char* argument) const {
    return name_of(value(argument), constant_name(argument));
}

at::Tensor OperatorCall::constant(const char* argument) const {
    const c10::IValue& found = fixed(argument);
    if (!found.isTensor()) fail(std::string("its argument ") + argument + " is no tensor");
    return found.toTensor().to(at::kFloat);
}

std::string OperatorCall::operand(const char* argument, const char* other) const {
    const TracedValue& traced = value(argument);
    if (traced.of_images || !traced.runs[0].isTensor() || !same(traced.runs[0], traced.runs[1]) ||
        rank(other) < traced.runs[0].toTensor().dim())
        return tensor(argument);
    at::Tensor constant = as_float(traced.runs[0].toTensor());
    while (constant.dim() > 1 && constant.size(0) == 1) constant = constant.squeeze(0);
    return graph_.constant(constant.dim() == 0 ? constant.reshape({1}) : constant, constant_name(argument));
}

std::vector<std::string> OperatorCall::tensors(const char* argument) const {
    std::vector<std::string> names;
    for (const TracedValue& item : value(argument).items) names.push_back(name_of(item, "constant"));
    return names;
}

std::int64_t OperatorCall::rank(const char* argument) const { return value(argument).runs[0].toTensor().dim(); }

std::int64_t OperatorCall::dimension(const char* argument, std::int64_t rank) const {
    const std::int64_t dim = integer(argument);
    return dim < 0 ? dim + rank : dim;
}

bool OperatorCall::is_boolean(const char* argument) const {
    return value(argument).runs[0].toTensor().scalar_type() == at::kBool;
}

bool OperatorCall::keeps_first_size(const char* argument) const {
    const TracedValue& from = value(argument);
    for (std::size_t run = 0; run < from.runs.size(); ++run)
        if (from.runs[run].toTensor().size(0) != outputs_.front().runs[run].toTensor().size(0)) return false;
    return true;
}

std::size_t OperatorCall::result_count() const { return outputs_.front().runs[0].toTensorList().size(); }

std::vector<std::int64_t> OperatorCall::result_shape(std::size_t item) const {
    const TracedValue traced{
        .runs = {outputs_.front().runs[0].toTensorList().get(item), outputs_.front().runs[1].toTensorList().get(item)}};
    return traced.shape();
}

void OperatorCall::results(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i)
        outputs_.front().items.push_back(
            {.runs = {outputs_.front().runs[0].toTensorList().get(i), outputs_.front().runs[1].toTensorList().get(i)},
             .of_images = true,
             .onnx = names[i]});
}

}  // namespace graft

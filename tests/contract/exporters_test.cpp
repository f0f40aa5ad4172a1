// What every built-in export format must keep, whoever adds it.
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <limits>

#include "contract/plugin_contract.hpp"
#include "core/files.hpp"
#include "deploy/tiny_model.hpp"
#include "export/exporter.hpp"

namespace graft {
namespace {

class EveryExporter : public ::testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] const ExporterRow& row() const { return *builtin_exporters().find(GetParam()); }
    /// Written with default options.
    ExportReport write(const ModelFile& model) {
        return row().make().build({.model = model, .file = file_, .reporter = silent_});
    }

    const std::filesystem::path file_ = testing::fresh_folder() / ("model" + row().extension);
    SilentReporter silent_;
};

TEST_P(EveryExporter, DescribesItsOptions) { testing::expect_describes_itself(row()); }

TEST_P(EveryExporter, HasAnExtensionOfItsOwn) {
    EXPECT_TRUE(row().extension.starts_with('.'));
    const auto ends_alike = [&](const ExporterRow& other) { return row().extension.ends_with(other.extension); };
    EXPECT_EQ(std::ranges::count_if(builtin_exporters(), ends_alike), 1);
}

TEST_P(EveryExporter, WritesAFileAndSaysWhat) {
    const ExportReport report = write(load_model(stored_model("format2.pt")));
    EXPECT_FALSE(report.form.empty());
    EXPECT_GT(std::filesystem::file_size(file_), 0U);
}

TEST_P(EveryExporter, WritesTheSameFileEveryTime) {
    write(load_model(stored_model("format2.pt")));
    const std::string first = read_file(file_);
    write(load_model(stored_model("format2.pt")));
    EXPECT_EQ(read_file(file_), first);
}

TEST_P(EveryExporter, WritesNothingOfAModelWithValuesThatAreNoNumbers) {
    const ModelFile model = load_model(stored_model("format2.pt"));
    const at::NoGradGuard no_grad;
    const auto parameter = *model.module.named_parameters().begin();
    parameter.value.fill_(std::numeric_limits<float>::quiet_NaN());
    EXPECT_EQ(error_of([&] { write(model); }),
              file_.string() + ": not written: " + parameter.name + " holds values that are not finite");
    EXPECT_FALSE(std::filesystem::exists(file_));
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryExporter, ::testing::ValuesIn(builtin_exporters().names()),
                         [](const auto& name) { return name.param; });

TEST(BuiltinExporters, AreTheDocumentedOnes) {
    EXPECT_EQ(builtin_exporters().names(), (std::vector<std::string>{"torchscript", "onnx", "safetensors"}));
}

}  // namespace
}  // namespace graft
